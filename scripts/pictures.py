"""Takes the pictures of the README: docs/pictures/*.png, from the app of the template folder."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Literal

from clean_copy import ROOT
from playwright.sync_api import Browser, sync_playwright

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1100, "height": 720}
START_SECONDS = 60
SET_UP = ("GITHUB", "GOOGLE", "FACEBOOK", "X")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def app() -> Iterator[str]:
    """Serve the app, with a database of its own and every provider set up; yield its address."""
    port = free_port()
    url = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            **os.environ,
            **{f"{name}_CLIENT_{part}": "example" for name in SET_UP for part in ("ID", "SECRET")},
            "APP_ENV": "development",
            "APP_NAME": "Field Notes",
            "DATABASE_URL": f"sqlite:///{folder}/app.db",
            "FLASK_APP": "app",
            "PUBLIC_URL": url,
            "PYTHONDONTWRITEBYTECODE": "1",
            "SECRET_KEY": secrets.token_urlsafe(48),
        }
        flask = [sys.executable, "-m", "flask"]
        subprocess.run([*flask, "db", "upgrade"], cwd=TEMPLATE, env=environ, check=True)
        server = subprocess.Popen([*flask, "run", "--port", str(port)], cwd=TEMPLATE, env=environ)
        try:
            wait_for(f"{url}/healthz")
            yield url
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str) -> None:
    """Wait until the app answers."""
    for _ in range(START_SECONDS * 10):
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(url)  # noqa: S310 - our own address
            return
        time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


def take(browser: Browser, url: str, theme: Literal["light", "dark"]) -> None:
    """Walk through one sign-in, and take a picture of each page."""
    context = browser.new_context(viewport=SIZE, color_scheme=theme, device_scale_factor=2)  # type: ignore[arg-type]
    page = context.new_page()

    def picture(name: str) -> None:
        page.screenshot(path=PICTURES / f"{name}-{theme}.png")

    page.goto(f"{url}/login?next=/account/connections")
    picture("login")
    page.get_by_role("button", name="Continue with Practice provider").click()
    page.get_by_role("button", name="Ada Lovelace").wait_for()
    picture("practice")
    page.get_by_role("button", name="Ada Lovelace").click()
    page.wait_for_url(f"{url}/account/connections")
    picture("connections")
    page.goto(url)
    picture("home")
    page.goto(f"{url}/login/error/provider_unavailable")
    picture("error")
    context.close()


def main() -> None:
    """Make all pictures anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        take(browser, url, "light")
        take(browser, url, "dark")
        browser.close()


if __name__ == "__main__":
    main()
