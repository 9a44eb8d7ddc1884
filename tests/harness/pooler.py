"""PgBouncer in transaction mode: each transaction may get another connection of few."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from .needs import is_missing
from .ports import free_port

START_SECONDS = 30
CONFIGURATION = """[databases]
* = host={host} port={port} user={user} {password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
"""


@contextmanager
def pooled(database_url: str, folder: Path) -> Iterator[str]:
    """Put a pooler in front of a PostgreSQL database; yield the URL by which it is reached."""
    path = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
    program = shutil.which("pgbouncer", path=path)
    if not program:
        is_missing("PgBouncer", "no pgbouncer on the path")
    url, own = make_url(database_url), free_port()
    password = f"password={url.password}" if url.password else ""
    text = CONFIGURATION.format(
        host=url.host, port=url.port or 5432, user=url.username, password=password, own=own
    )
    file = folder / "pgbouncer.ini"
    file.write_text(text)
    command = [program, str(file)]
    if os.geteuid() == 0:  # it does not run as root
        for place in (file, folder, *list(folder.parents)[:2]):
            place.chmod(0o755)
        command.insert(1, "--user=nobody")
    with (folder / "pgbouncer.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(own, process, folder / "pgbouncer.log")
        yield f"postgresql://{url.username}@127.0.0.1:{own}/{url.database}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), START_SECONDS).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
