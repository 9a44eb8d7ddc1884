"""docs/metrics/tracing.py traces a login, and no secret of it gets into a span."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("traced_login.py")
PACKAGES = (
    "opentelemetry-sdk==1.45.*",
    *(f"opentelemetry-instrumentation-{of}==0.66b1" for of in ("flask", "requests", "sqlalchemy")),
)


@pytest.fixture(scope="module")
def opentelemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with its packages, which are no packages of the app."""
    folder = tmp_path_factory.mktemp("opentelemetry")
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(folder)]
    subprocess.run([*command, *PACKAGES], check=True)
    return folder


def traced(folder: Path, url: str, *how: str, **environ: str) -> tuple[list[str], Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), url, *how],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    secrets, spans = json.loads(done.stdout.splitlines()[-1])
    assert len(secrets) > 7
    return secrets, spans


def test_no_secret_is_in_a_span(opentelemetry: Path, sqlite_url: str) -> None:
    """By the older names of attributes and by the newer ones."""
    secrets, spans = traced(opentelemetry, sqlite_url, OTEL_SEMCONV_STABILITY_OPT_IN="http/dup")
    by = {span["name"]: span for span in spans}
    assert {"GET /callback/<provider>", "POST", "GET /invite/<token>"} <= set(by)
    callback = by["GET /callback/<provider>"]["attributes"]
    assert callback["http.target"] == callback["url.path"] == "/callback/corp"
    assert callback["http.status_code"] == 303
    inside = [span for span in spans if span["attributes"].get("http.url", "").endswith("/token")]
    assert {span["status"]["status_code"] for span in inside} == {"UNSET", "ERROR"}
    statements = [str(span["attributes"].get("db.statement")) for span in spans]
    assert any("INSERT INTO users" in statement for statement in statements)
    shown = json.dumps(spans)
    assert [secret for secret in secrets if secret in shown] == []


def test_without_it_there_would_be(opentelemetry: Path, sqlite_url: str) -> None:
    secrets, spans = traced(opentelemetry, sqlite_url, "plain")
    shown = json.dumps(spans)
    assert len([secret for secret in secrets if secret in shown]) >= 5
