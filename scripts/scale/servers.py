"""The servers of a run: PostgreSQL, Redis, haproxy and several gunicorn processes, all of its own.

Each is started in a folder, at a free port of this machine, and stopped at the end.
"""

import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.certificates import authority
from harness.ports import free_port

START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
PROXY = """
global
    maxconn 4000
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 30s
    timeout queue 10s
    timeout check 5s
    retries 6
    option redispatch 1
    retry-on conn-failure
    option forwardfor
frontend public
    bind 127.0.0.1:{port} ssl crt {pem}
    http-request set-header X-Forwarded-Proto https
    default_backend app
backend app
    balance roundrobin
    option httpchk GET /healthz
    default-server check inter 500 fall 2 rise 1
{servers}
"""


def waited_for(port: int, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until something listens at a port.

    :raises RuntimeError: the process has ended, or a minute is over.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"ended at its start: {process.args!r}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens at port {port}")


def cpu_seconds(*groups: int) -> float:
    """Return the CPU time, in seconds, of process groups: the living, and those they waited for."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) in groups:
                total += sum(map(int, fields[11:15])) / TICKS
    return total


@dataclass
class Postgres:
    """A PostgreSQL cluster of its own."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Return the address of the database `app`."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/app"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as somebody who is not root.

        :raises subprocess.CalledProcessError: it has failed.
        """
        command = [str(self.programs / program), *arguments]
        user = "postgres" if os.geteuid() == 0 else None
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=300"
        log = self.folder / "log"
        self.run(
            "pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{log}", "-o", options, "start"
        )

    def stop(self, how: str = "fast") -> None:
        """Stop the server: `fast`, or `immediate` as in a crash."""
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", how, "stop")

    def groups(self) -> list[int]:
        """Return the process groups of the server."""
        main = (self.folder / "data/postmaster.pid").read_text().split()[0]
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [os.getpgid(int(pid)) for pid in (main, *children)]


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """Serve an empty database `app` until the block ends.

    :raises RuntimeError: PostgreSQL's server programs are not on this machine.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = str(found[-1]) if found else shutil.which("initdb")
    if program is None:
        raise RuntimeError("PostgreSQL's server is needed: apt-get install postgresql")
    home = folder / "postgres"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
    server = Postgres(Path(program).parent, home, free_port())
    server.run("initdb", "-A", "trust", "-U", "postgres", "-D", f"{home}/data")
    server.start()
    try:
        address = ("-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres")
        server.run("createdb", *address, "app")
        yield server
    finally:
        server.stop("immediate")


@dataclass
class Process:
    """A server that can be killed and started again."""

    command: list[str]
    port: int
    log: Path
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    running: Any = None

    def start(self) -> None:
        """Start it as a process group of its own."""
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environ or None,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it with all its children at once, with SIGKILL."""
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


@contextmanager
def serving(process: Process) -> Iterator[Process]:
    """Serve until the block ends."""
    process.start()
    try:
        waited_for(process.port, process.running)
        yield process
    finally:
        process.kill()


def redis(folder: Path) -> Process:
    """Return a Redis that keeps nothing on disk."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    return Process(command, port, folder / "redis.log", folder)


def gunicorn(app: Path, folder: Path, port: int, settings: Mapping[str, str]) -> Process:
    """Return one process of a generated app, with the configuration that it ships."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
        **settings,
    }
    command = [sys.executable, "-m", "gunicorn"]
    return Process(command, port, folder / f"gunicorn-{port}.log", app, environ)


def haproxy(folder: Path, ports: list[int]) -> tuple[Process, ssl.SSLContext]:
    """Return a proxy with TLS before processes of the app, and whom its visitors trust."""
    port = free_port()
    issuer = authority(folder)
    servers = "\n".join(f"    server app{at} 127.0.0.1:{at}" for at in ports)
    config = folder / "haproxy.cfg"
    issuer.context("localhost", hosts=("localhost",))
    config.write_text(PROXY.format(port=port, pem=folder / "localhost.pem", servers=servers))
    return (
        Process(["haproxy", "-f", str(config)], port, folder / "haproxy.log", folder),
        ssl.create_default_context(cafile=str(issuer.file)),
    )


def all_answer(ports: list[int]) -> None:
    """Wait until each process of the app is ready.

    :raises RuntimeError: a minute is over.
    """
    end = time.monotonic() + START_SECONDS
    for port in ports:
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                break
            if time.monotonic() > end:
                raise RuntimeError(f"the app does not answer at port {port}")
            time.sleep(0.1)
