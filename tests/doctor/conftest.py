"""An app as its owner has it, whose `.env`, environment, database and provider a test changes."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import clean_copy
import pytest
from harness import warm_flask
from harness.app_server import SECRET_KEY
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener
from harness.certificates import Authority, authority
from harness.databases import POSTGRESQL
from harness.needs import is_missing
from harness.ports import free_port

# One that sends no e-mail address and one whose addresses are never verified are among them.
PROVIDERS = "github,google,x,box,tiktok"


@dataclass
class Doctored:
    """The app in `folder`, at whose provider `op` people sign in.

    `lines` are those of its `.env`; `environ` is what the process has beside them.
    """

    folder: Path
    provider: BadProvider
    plain: Listener
    locked_redis: str
    _process: subprocess.Popen[str] = field(repr=False)
    lines: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    # What is done when `.env` is written.
    after: Callable[[], object] = lambda: None

    def filled(self, value: str) -> str:
        """Return the value of a line, with what this run has in place of the braces."""
        for name, said in {
            "{op}": self.provider.url,
            "{op_port}": str(self.provider.port),
            "{folder}": str(self.folder),
            "{plain_port}": str(self.plain.port),
            "{locked_redis}": self.locked_redis,
            "{postgresql}": POSTGRESQL,
        }.items():
            value = value.replace(name, said)
        return value

    @property
    def database(self) -> Path:
        return self.folder / "instance" / "app.db"

    def flask(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the app; return its exit code and what it printed."""
        environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environ |= self.environ
        asked = {"arguments": arguments, "environ": environ}
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        return answer["code"], answer["output"]

    def after_flask(self, *arguments: str) -> None:
        """Run a command when `.env` is written."""
        self.after = lambda: self.flask(*arguments)

    def write_env(self, more: bytes = b"") -> Path:
        """Write `.env`: its lines, and `more` after them."""
        file = self.folder / ".env"
        text = "".join(f"{name}={value}\n" for name, value in self.lines.items())
        file.write_bytes(text.encode() + more)
        file.chmod(0o600)
        return file

    def doctor(self) -> list[dict[str, Any]]:
        """Return what `flask doctor --json` found."""
        code, output = self.flask("doctor", "--json")
        begin = output.find("[\n  {")
        assert begin >= 0, output
        found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(output[begin:])[0]
        assert code == ("fail" in {one["result"] for one in found}), output
        return found


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated app with its database, ready to copy into."""
    folder = tmp_path_factory.mktemp("doctored")
    clean_copy.generate(folder, "project_slug=doctored", f"providers={PROVIDERS}")
    return folder / "doctored"


@pytest.fixture(scope="session")
def warm(generated: Path, migrated_sqlite: Path) -> Iterator[subprocess.Popen[str]]:
    """`flask` of that app, which is asked line by line."""
    (generated / "instance").mkdir(exist_ok=True)
    shutil.copy(migrated_sqlite, generated / "migrated.db")
    shutil.copy(generated / ".env.example", generated / "env.example")
    with subprocess.Popen(
        [sys.executable, warm_flask.__file__],
        cwd=generated,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "APP_ENV": "development"},
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def op(ca: Authority) -> Iterator[BadProvider]:
    """A provider over https, as it must be in production."""
    provider = BadProvider(ca.context("op"))
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def plain() -> Iterator[Listener]:
    """A server without TLS."""
    server = Listener()
    yield server
    server.close()


@pytest.fixture(scope="session")
def locked_redis() -> Iterator[str]:
    """Host and port of a Redis server that wants a password."""
    program = shutil.which("redis-server")
    if program is None:
        is_missing("redis-server", "it is not on the path")
    port = str(free_port())
    settings = ["--port", port, "--requirepass", "a-password", "--save", ""]
    with subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL) as server:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port))):
                break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def app(
    generated: Path,
    warm: subprocess.Popen[str],
    op: BadProvider,
    ca: Authority,
    plain: Listener,
    locked_redis: str,
) -> Doctored:
    """The app, set up rightly: each test changes what it wants."""
    op.reset()
    op.metadata = {
        "scopes_supported": ["openid", "email", "profile"],
        "claims_supported": ["sub", "name", "email", "email_verified"],
    }
    for folder in (".git", "instance"):
        shutil.rmtree(generated / folder, ignore_errors=True)
    for file in (".env", ".env.txt", ".env.local"):
        (generated / file).unlink(missing_ok=True)
    (generated / "instance").mkdir()
    (generated / ".gitignore").write_text(".env\ninstance/\n")
    shutil.copy(generated / "migrated.db", generated / "instance" / "app.db")
    shutil.copy(generated / "env.example", generated / ".env.example")
    lines = {
        "APP_ENV": "development",
        "SECRET_KEY": SECRET_KEY,
        "PUBLIC_URL": "http://localhost:8000",
        "SSL_CERT_FILE": str(ca.file),
        "OIDC_OP_ISSUER": op.issuer("op"),
        "OIDC_OP_CLIENT_ID": CLIENT_ID,
        "OIDC_OP_CLIENT_SECRET": CLIENT_SECRET,
    }
    return Doctored(generated, op, plain, locked_redis, warm, lines)
