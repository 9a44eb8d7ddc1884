"""The app of the template folder served by gunicorn, as in production: several processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from .app_server import SECRET_KEY, TEMPLATE
from .ports import free_port

START_SECONDS = 60


class Gunicorn:
    """A running gunicorn, which answers at `url`."""

    def __init__(self, url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.url = url
        self.process = process
        self.log = log

    def kill_workers(self) -> None:
        """End every worker at once, with SIGKILL; gunicorn starts new ones."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in children.split():
            os.kill(int(pid), signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if requests.get(f"{self.url}/readyz", timeout=START_SECONDS).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"gunicorn does not answer:\n{self.log.read_text()}")


@contextmanager
def gunicorn(
    database_url: str,
    settings: Mapping[str, str],
    folder: Path,
    *,
    workers: int = 2,
    threads: int = 16,
) -> Iterator[Gunicorn]:
    """Serve the app until the block ends; its log is a file in `folder`."""
    port = free_port()
    environ = {
        **os.environ,
        "APP_ENV": "development",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://localhost:{port}",
        "RATELIMIT_ENABLED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **settings,
    }
    # The shipped configuration without its refusal of development: the cookies travel over http.
    config = folder / f"gunicorn-{port}.conf.py"
    config.write_text(f"{(TEMPLATE / 'gunicorn.conf.py').read_text()}\ndel on_starting\n")
    command = [sys.executable, "-m", "gunicorn", "-c", str(config), "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--threads", str(threads)]
    log = folder / f"gunicorn-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=TEMPLATE, env=environ, stdout=out, stderr=out)
    served = Gunicorn(f"http://localhost:{port}", process, log)
    try:
        served.wait()
        yield served
    finally:
        # At once: the browsers of a test may hold connections open.
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
