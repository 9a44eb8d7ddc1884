"""A provider drafted from the metadata of a certified OpenID Provider, in a generated app."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from harness.node_servers import openid_provider

REGISTERED = {
    "client_id": "app",
    "client_secret": "a-secret-of-some-length",
    "redirect_uris": ["http://localhost:8000/callback/corp"],
}
SETTINGS = "CORP_CLIENT_ID=app\nCORP_CLIENT_SECRET=a-secret-of-some-length\n"


def flask(app: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", *command],
        cwd=app,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def app(generate) -> Path:
    return generate(providers="none")


def test_the_draft_is_right_about_a_real_provider(app):
    with openid_provider(REGISTERED) as (issuer, _):
        drafted = flask(app, "providers", "new", "corp", "--metadata", issuer)
        assert drafted.returncode == 0, drafted.stderr
        factory = app / "app/__init__.py"
        named = re.sub('^PROVIDERS = ".*"', 'PROVIDERS = "corp"', factory.read_text(), flags=re.M)
        factory.write_text(named)
        with (app / ".env").open("a") as file:
            file.write(SETTINGS)
        assert flask(app, "db", "upgrade").returncode == 0
        checked = flask(app, "doctor")
    assert f'issuer="{issuer}"' in (app / "app/signin/providers/corp.py").read_text()
    assert "ok    corp: discovery and keys\n" in checked.stdout
    assert "ok    corp: authentication at the token endpoint\n" in checked.stdout
    assert "ok    corp: client ID and secret\n" in checked.stdout
    assert checked.returncode == 0, checked.stdout


def test_metadata_that_cannot_be_read_leaves_nothing(app):
    with openid_provider(REGISTERED) as (issuer, _):
        failed = flask(app, "providers", "new", "corp", "--metadata", f"{issuer}/elsewhere")
    assert failed.returncode == 1
    assert re.fullmatch(rf"Error: {issuer}/elsewhere/\S+ \S.* answered 404\n", failed.stderr)
    assert not list(app.rglob("corp.*"))
