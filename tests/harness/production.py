"""The app as in production: gunicorn, with the configuration that the app ships."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .app_server import SECRET_KEY, TEMPLATE
from .browser import Browser
from .ports import free_port


@dataclass
class Served:
    """A gunicorn that answers at `url`; `output` is the file that takes all it writes."""

    url: str
    output: Path
    process: subprocess.Popen[bytes]

    def written(self) -> str:
        """Return what was written so far."""
        return self.output.read_text()


@contextmanager
def gunicorn(
    folder: Path, database_url: str, environ: Mapping[str, str], *, workers: int = 1
) -> Iterator[Served]:
    """Serve the app until the block ends.  Defaults: production, one trusted proxy, no limits."""
    port = free_port()
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "APP_ENV": "production",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"https://localhost:{port}",
        "TRUSTED_PROXIES": "1",
        "ALLOW_HTTP_LOOPBACK": "1",
        "RATELIMIT_ENABLED": "0",
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": str(workers),
        "HOME": str(folder),
        **environ,
    }
    output = folder / f"gunicorn-{port}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=TEMPLATE,
            env=variables,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        served = Served(f"http://127.0.0.1:{port}", output, process)
        wait_for(served)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(served: Served, seconds: float = 30) -> None:
    """Wait until the app answers; fail with its output where it does not."""
    end = time.monotonic() + seconds
    while True:
        try:
            if requests.get(f"{served.url}/healthz", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            pass
        assert served.process.poll() is None, served.written()
        assert time.monotonic() < end, served.written()
        time.sleep(0.1)


class ProxiedBrowser(Browser):
    """A browser behind a proxy that speaks https: Secure cookies travel, callbacks come here.

    `address` is what the proxy says of where the person is.
    """

    def __init__(self, app_url: str, address: str = "203.0.113.5") -> None:
        super().__init__(app_url)
        self.headers["X-Forwarded-Proto"] = "https"
        self.headers["X-Forwarded-For"] = address
        self.kept: dict[str, str] = {}
        self.public_url = f"https://localhost:{app_url.rpartition(':')[2]}"

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request, with the cookies of the app if it goes there."""
        url = url.replace(self.public_url, self.app_url)
        headers = dict(kwargs.pop("headers", None) or {})
        ours = url.startswith(self.app_url)
        if ours:
            headers["Host"] = self.public_url.removeprefix("https://")
            headers["X-Forwarded-Host"] = headers["Host"]
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.kept.items())
        kwargs.setdefault("timeout", 30)
        answer = super().request(method, url, *args, headers=headers, **kwargs)
        if ours:
            for line in answer.raw.headers.getlist("Set-Cookie"):
                name, _, value = line.partition(";")[0].partition("=")
                self.kept[name] = value
        self.cookies.clear()
        return answer

    def to_callback(self, answer: requests.Response) -> str:
        """Follow redirects until one leads back to the app."""
        while True:
            location = answer.headers["Location"]
            if location.startswith(f"{self.public_url}/callback/"):
                return location
            answer = self.get(location, allow_redirects=False)
