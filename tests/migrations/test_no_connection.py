"""A database that cannot be connected to: one line that says why, and what to do."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.app_server import TEMPLATE
from harness.databases import POSTGRESQL, run_python
from harness.ports import free_port
from sqlalchemy.engine import make_url

ASKED_FOR_A_PASSWORD = b"R" + struct.pack("!II", 8, 3)


def refusal(said: str) -> bytes:
    """Return an ErrorResponse of PostgreSQL's protocol."""
    fields = b"SFATAL\0C28P01\0M" + said.encode() + b"\0\0"
    return b"E" + struct.pack("!I", len(fields) + 4) + fields


@pytest.fixture
def postgresql_that_says() -> Iterator[Callable[[str], int]]:
    """Run a server that asks for a password and then refuses with these words; return its port."""
    servers: list[socket.socket] = []

    def answer(server: socket.socket, said: str) -> None:
        try:
            while True:
                with server.accept()[0] as client:
                    while client.recv(4096)[4:8] == struct.pack("!I", 80877103):  # SSLRequest
                        client.sendall(b"N")
                    client.sendall(ASKED_FOR_A_PASSWORD)
                    if client.recv(4096):
                        client.sendall(refusal(said))
        except OSError:
            return

    def run(said: str) -> int:
        servers.append(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=answer, args=(servers[-1], said), daemon=True).start()
        port: int = servers[-1].getsockname()[1]
        return port

    yield run
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def refused(url: str) -> str:
    """Migrate; return the one line that this ends with."""
    done = run_python(TEMPLATE, url, "-m", "flask", "db", "upgrade")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_the_database_is_missing(postgresql_server: None) -> None:
    server = make_url(POSTGRESQL)
    told = refused(f"{POSTGRESQL}/no-such-harbour")
    assert told.startswith(f"There is no database no-such-harbour at {server.host}: createdb -h ")
    assert told.endswith(f" -U {server.username} no-such-harbour")


def test_the_role_is_missing(postgresql_server: None) -> None:
    url = make_url(POSTGRESQL).set(username="nobody-here", database="postgres")
    told = refused(url.render_as_string(hide_password=False))
    if "password" not in told:  # a server that trusts everybody at least knows them
        assert told.startswith("There is no role nobody-here at ")
        assert "createuser -h " in told


@pytest.mark.parametrize(
    ("login", "said", "told"),
    [
        ("bob:secret", 'password authentication failed for user "bob"', "the password of bob"),
        ("bob", "no password supplied", "wants a password for bob"),
        (
            "bob:secret",
            "Passwort-Authentifizierung fehlgeschlagen",
            "The database refuses the connection: connection failed: ",
        ),
    ],
)
def test_the_password_is_wrong(
    postgresql_that_says: Callable[[str], int], login: str, said: str, told: str
) -> None:
    found = refused(f"postgresql://{login}@127.0.0.1:{postgresql_that_says(said)}/app")
    assert told in found
    assert "secret" not in found


def test_no_server_is_running() -> None:
    port = free_port()
    told = refused(f"postgresql://app@127.0.0.1:{port}/app")
    assert told == f"No PostgreSQL answers at 127.0.0.1, port {port}: is it running?"


def test_the_host_is_unknown() -> None:
    told = refused("postgresql://app@no-such-host.invalid/app")
    assert told == "There is no host no-such-host.invalid: see DATABASE_URL"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "app.db").write_text("This is a letter, and no database at all. " * 50)
    url = f"sqlite:///{tmp_path / 'app.db'}"
    told = refused(url)
    assert told == "The database refuses the connection: file is not a database"
    # Other commands say the same.
    doctor = run_python(TEMPLATE, url, "-m", "flask", "doctor")
    assert f"FAIL  database and migrations: {told}" in doctor.stdout
    users = run_python(TEMPLATE, url, "-m", "flask", "users", "list")
    assert (users.returncode, users.stderr) == (1, f"Error: {told}\n")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    done = run_python(TEMPLATE, f"sqlite:///{tmp_path}", "-m", "flask", "doctor")
    assert done.returncode == 1
    assert done.stdout.startswith("FAIL  settings: DATABASE_URL names a folder, ")
    assert "Traceback" not in done.stdout + done.stderr


def test_statements_are_not_kept_by_the_server(postgresql_server: None) -> None:
    """Behind a pooler in transaction mode they would be another connection's."""
    script = (
        "from sqlalchemy import text\n"
        "from app import create_app\n"
        "from app.db import db\n"
        "with create_app().app_context():\n"
        "    for _ in range(12):\n"
        "        db.session.execute(text('SELECT 1'))\n"
        "    print(db.session.scalar(text('SELECT count(*) FROM pg_prepared_statements')))\n"
    )
    done = run_python(TEMPLATE, f"{POSTGRESQL}/postgres", "-c", script)
    assert done.stdout == "0\n", done.stderr


def test_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    done = run_python(TEMPLATE, f"sqlite:///{tmp_path / 'new.db'}", "-m", "flask", "users", "list")
    assert done.returncode == 1
    assert done.stderr == "Error: the database is not migrated: run flask db upgrade\n"
