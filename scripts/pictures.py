"""Takes the pictures of both READMEs: docs/pictures/*.png, and docs/sign-in.png of the app."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import terminal
from clean_copy import ROOT, generate
from playwright.sync_api import Browser, Playwright, ViewportSize, sync_playwright

PICTURES = ROOT / "docs" / "pictures"
OWN_PICTURE = ROOT / "{{cookiecutter.project_slug}}" / "docs" / "sign-in.png"
SIZE = ViewportSize(width=1100, height=820)
OWN_SIZE = ViewportSize(width=760, height=420)
START_SECONDS = 60
PROVIDERS = ("github", "google", "facebook", "x")

Command = Callable[..., None]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def app(
    *providers: str, port: int, features: str = "none", **settings: str
) -> Iterator[tuple[str, Command]]:
    """Generate an app, and serve it with these providers set up.

    Yields its address, and a function that runs a command of `flask` in it.
    """
    url = f"http://localhost:{port}"
    names = [f"{name.upper()}_CLIENT_{part}" for name in providers for part in ("ID", "SECRET")]
    credentials = {name: f"made-up-{number}" for number, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as output:
        chosen = ",".join(providers) or "none"
        answers = ("project_name=Field Notes", f"providers={chosen}", f"features={features}")
        generate(Path(output), *answers)
        folder = Path(output) / "field-notes"
        environ = {
            **os.environ,
            **credentials,
            "APP_ENV": "development",
            "DATABASE_URL": f"sqlite:///{output}/app.db",
            "FLASK_APP": "app",
            "PUBLIC_URL": url,
            **settings,
        }
        flask = [sys.executable, "-m", "flask"]

        def command(*words: str) -> None:
            subprocess.run([*flask, *words], cwd=folder, env=environ, check=True)

        command("db", "upgrade")
        server = subprocess.Popen([*flask, "run", "--port", str(port)], cwd=folder, env=environ)
        try:
            wait_for(f"{url}/healthz")
            yield url, command
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
    context = browser.new_context(viewport=SIZE, color_scheme=theme, device_scale_factor=2)
    page = context.new_page()

    def picture(name: str) -> None:
        page.wait_for_function("[...document.images].every((image) => image.complete)")
        page.screenshot(path=PICTURES / f"{name}-{theme}.png")

    page.goto(f"{url}/login")
    picture("login")
    page.goto(f"{url}/login?next=/account/connections")
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
    page.goto(f"{url}/dev/inspector/")
    page.locator(".card").first.screenshot(path=PICTURES / f"inspector-{theme}.png")
    context.close()


def chromium(playwright: Playwright) -> Browser:
    """Start the Chromium of the system."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )


def main() -> None:
    """Make all pictures anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        terminal.picture(browser, PICTURES / "scaffold.png")
        # The port that pictures and texts name.
        with app(*PROVIDERS, port=8000) as (url, _):
            take(browser, url, "light")
            take(browser, url, "dark")
        with app(port=8000) as (url, _):
            page = browser.new_page(viewport=OWN_SIZE, color_scheme="light")
            page.goto(f"{url}/login")
            page.screenshot(path=OWN_PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
