"""Each command of the app's docs/runbook.md is run as it stands there, and does what it says."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.databases import postgresql_database
from harness.needs import is_missing

PAGE = Path("docs/runbook.md")
PROGRAMS = {"sqlite": ("sqlite3",), "postgresql": ("psql", "pg_dump", "pg_restore")}
OTHER = {"sqlite": "PostgreSQL", "postgresql": "SQLite"}
FILL = """
from datetime import timedelta
from app import create_app
from app.db import db
from app.models import User
from app.signin.database import hash_of, now
from app.signin.models import Identity, LoginSession
with create_app().app_context():
    user = User(name="Ada", email="ada@example.com", email_verified=True)
    identity = Identity(user=user, provider="company", sub="1", issuer="https://login.example.org")
    db.session.add_all([user, identity])
    db.session.flush()
    known = {"user_id": user.id, "identity_id": identity.id, "provider": "company", "sub": "1"}
    known |= {"address": "192.0.2.1", "user_agent": "x"}
    ends = now() + timedelta(days=1)
    db.session.add(LoginSession(**known, key_hash=hash_of("key"), expires_at=ends))
    db.session.commit()
"""
COUNT = """
from sqlalchemy import func, select
from app import create_app
from app.db import db
from app.models import User
from app.signin.models import LoginSession
with create_app().app_context():
    print(*(db.session.scalar(select(func.count()).select_from(it)) for it in (User, LoginSession)))
"""
READS = """
import sys
from itsdangerous import BadSignature
from app import create_app
app = create_app()
serializer = app.session_interface.get_signing_serializer(app)
try:
    print(serializer.loads(sys.argv[1]))
except BadSignature:
    print("refused")
"""
SIGNS = """
from app import create_app
app = create_app()
print(app.session_interface.get_signing_serializer(app).dumps({"a": 1}))
"""


class Owner:
    """Somebody with a generated app and its runbook."""

    def __init__(self, app: Path, database: str, url: str | None) -> None:
        self.app, self.database = app, database
        self.done: set[str] = set()
        # Compiled code is kept: the app is started thirty times.
        self.environ = {
            **{name: it for name, it in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        if url:
            self.environ["DATABASE_URL"] = url

    def python(self, code: str, *arguments: str) -> str:
        """Run Python in the app's folder; return what it prints."""
        return self.run([sys.executable, "-c", code, *arguments])

    def run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=self.app, env=self.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def follow(self, heading: str) -> str:
        """Run the commands below a heading of the runbook; return what they print."""
        self.done.add(heading)
        section = (self.app / PAGE).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
        before = ""
        commands = []
        for text in re.split(r"^```console\n", section, flags=re.M):
            block, fence, after = text.partition("```\n")
            if fence and not before.rstrip().splitlines()[-1].startswith(OTHER[self.database]):
                commands.append(block)
            before = after if fence else text
        assert commands, f"no commands below {heading}"
        return self.run(["bash", "-euc", "\n".join(commands)])

    def counts(self) -> tuple[int, int]:
        """Return how many users and sessions there are."""
        users, sessions = self.python(COUNT).split()
        return int(users), int(sessions)


def owner_of(app: Path, database: str, url: str | None = None) -> Owner:
    """Return the owner of an app with one person, who is signed in."""
    for program in PROGRAMS[database]:
        if not shutil.which(program):
            is_missing(program, "not on the path")
    owner = Owner(app, database, url)
    owner.run(["flask", "db", "upgrade"])
    owner.python(FILL)
    return owner


def restored(owner: Owner, copy: str) -> None:
    """Make a copy, lose everything, and restore it."""
    owner.follow("Back up")
    assert stat.S_IMODE((owner.app / copy).stat().st_mode) == 0o600
    owner.run(["flask", "users", "delete", "1"])
    assert owner.counts() == (0, 0)
    owner.follow("Restore")
    assert owner.counts() == (1, 0)


@pytest.mark.proof
def test_with_postgresql(generate: Callable[..., Path], postgresql_server: None) -> None:
    with postgresql_database() as url:
        owner = owner_of(generate(database="postgresql", providers="github"), "postgresql", url)
        restored(owner, "backup.dump")

        assert "end_sessions" in owner.follow("What has happened?")


@pytest.mark.proof
def test_the_runbook(generate: Callable[..., Path]) -> None:
    owner = owner_of(generate(providers="github"), "sqlite")
    restored(owner, "backup.db")

    cookie = owner.python(SIGNS)
    owner.follow("Change the secret key")
    newer = owner.python(SIGNS)
    assert newer != cookie
    assert owner.python(READS, cookie) == owner.python(READS, newer) == "{'a': 1}"
    assert stat.S_IMODE((owner.app / ".env").stat().st_mode) == 0o600
    owner.follow("The secret key has leaked")
    assert owner.python(READS, cookie) == owner.python(READS, newer) == "refused"

    assert "ok" in owner.follow("A client secret has leaked")
    assert "Ada" in owner.follow("Somebody's account is in wrong hands")
    assert "disable" in owner.follow("What has happened?")
    company = {"ISSUER": "https://new.example.org", "CLIENT_ID": "x", "CLIENT_SECRET": "a-secret"}
    owner.environ |= {f"OIDC_COMPANY_{name}": value for name, value in company.items()}
    assert owner.follow("A provider is down, or has moved")
    owner.follow("Data that has expired")
    assert owner.counts() == (1, 0)
    owner.follow("Remove a person")
    assert owner.counts() == (0, 0)
    headings = re.findall(r"^## (.+)$", (owner.app / PAGE).read_text(), re.M)
    assert owner.done == set(headings)
