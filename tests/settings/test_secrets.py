"""Secrets from files, values in quotes, and former signing keys."""

from pathlib import Path
from typing import Any

import certifi
import pytest
from harness.app_server import SECRET_KEY

from .reading import GITHUB, load, problems

APPLE = {"APPLE_CLIENT_ID": "a", "APPLE_TEAM_ID": "b", "APPLE_KEY_ID": "c"}
OP = {"OIDC_OP_ISSUER": "https://issuer.example", "OIDC_OP_CLIENT_ID": "a"}
OTHER_KEY = SECRET_KEY[::-1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secret"


def test_every_secret_can_come_from_a_file(file: Path) -> None:
    def read(name: str, value: str, environ: dict[str, str], providers: str = "github") -> Any:
        file.write_text(f"{value}\n")
        return load(environ | {name: "", f"{name}_FILE": str(file)}, providers=providers)

    assert read("SECRET_KEY", OTHER_KEY, {}).secret_key == OTHER_KEY
    found = read("SECRET_KEY_FALLBACKS", OTHER_KEY, {})
    assert found.secret_key_fallbacks == (OTHER_KEY,)
    found = read("DATABASE_URL", "sqlite:////tmp/b.db", {})
    assert found.database_url == "sqlite:////tmp/b.db"
    found = read("RATELIMIT_STORAGE_URI", "redis://:x@127.0.0.1", {})
    assert found.ratelimit_storage_uri == "redis://:x@127.0.0.1"
    found = read("OUTBOUND_PROXY", "http://u:p@127.0.0.1:1", {})
    assert found.outbound_proxy == "http://u:p@127.0.0.1:1"
    found = read("GITHUB_CLIENT_SECRET", "s", GITHUB)
    assert found.clients["github"].client_secret == "s"
    found = read("OIDC_OP_CLIENT_SECRET", "s", OP)
    assert found.clients["op"].client_secret == "s"
    found = read("APPLE_PRIVATE_KEY", "-----BEGIN-----\nabc\n-----END-----", APPLE, "apple")
    pem = found.clients["apple"].settings["PRIVATE_KEY"]
    assert pem == "-----BEGIN-----\nabc\n-----END-----"


def test_both_given(file: Path) -> None:
    file.write_text("s")
    [problem] = problems(GITHUB | {"GITHUB_CLIENT_SECRET_FILE": str(file)})
    assert problem.startswith("GITHUB_CLIENT_SECRET and GITHUB_CLIENT_SECRET_FILE are both set")


def test_a_mark_at_the_start_of_a_file_is_no_part_of_the_secret(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfthe-secret\r\n")
    found = load({"GITHUB_CLIENT_ID": "a", "GITHUB_CLIENT_SECRET_FILE": str(file)})
    assert found.clients["github"].client_secret == "the-secret"


@pytest.mark.parametrize("kind", ["missing", "folder", "latin-1", "empty"])
def test_a_file_that_cannot_be_used(kind: str, file: Path) -> None:
    if kind == "folder":
        file.mkdir()
    elif kind != "missing":
        file.write_bytes({"latin-1": b"caf\xe9", "empty": b" \n"}[kind])
    found = problems({"GITHUB_CLIENT_ID": "a", "GITHUB_CLIENT_SECRET_FILE": str(file)})
    assert found[0].startswith("GITHUB_CLIENT_SECRET_FILE names a")
    assert str(file) not in "".join(found)


def test_other_settings_do_not_come_from_files(file: Path) -> None:
    [notice] = load({"GITHUB_CLIENT_ID_FILE": str(file)}).notices
    assert notice.endswith("only secrets can come from a file")
    assert load({"SSL_CERT_FILE": certifi.where()}).notices == ()


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_that_belong_to_the_value(quote: str) -> None:
    def quoted(value: str) -> str:
        return f"{quote}{value}{quote}"

    for name in GITHUB:
        [problem] = problems(GITHUB | {name: quoted("abc")})
        assert problem.startswith(f"{name} is in quotes")
    for name, value in {
        "OIDC_OP_CLIENT_SECRET": "s",
        "OIDC_OP_ISSUER": OP["OIDC_OP_ISSUER"],
    }.items():
        found = problems(OP | {"OIDC_OP_CLIENT_SECRET": "s", name: quoted(value)})
        assert any(line.startswith(f"{name} is in quotes") for line in found)
    assert problems({"SECRET_KEY": quoted(SECRET_KEY)})[0].startswith("SECRET_KEY is in quotes")
    # Other programs' variables, and quotes that are part of a text.
    assert load({"PS1": quoted("$ "), "APP_NAME": f"The {quoted('best')} app"})


@pytest.mark.parametrize(
    "key", ["x" * 64, "change-me-change-me-change-me-0123456789", SECRET_KEY[:31], "short"]
)
def test_a_former_key_is_as_strong_as_the_key(key: str) -> None:
    for keys in (key, f"{OTHER_KEY},{key}"):
        [problem] = problems({"SECRET_KEY_FALLBACKS": keys})
        assert problem.startswith("SECRET_KEY_FALLBACKS holds a weak key")
