"""`python app.py` without settings, as a learner runs it: Chromium and the practice provider."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.app_server import running_app
from harness.needs import is_missing
from playwright.sync_api import Page, expect

from .serving import NAMES, SOURCE

URL = "http://localhost:5050"


def answers() -> bool:
    """Return whether something listens where the file does."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 5050)) == 0


@pytest.fixture
def started(tmp_path: Path, sqlite_url: str) -> Iterator[subprocess.Popen[str]]:
    """The file, run as a program, beside an app whose practice provider it uses."""
    if answers():
        is_missing("port 5050", "another program listens there", always=False)
    (tmp_path / "app.py").write_text(SOURCE, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if name not in NAMES}
    with running_app(sqlite_url) as app:
        environ["PRACTICE_URL"] = f"{app.url}/dev/practice"
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=tmp_path,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        end = time.monotonic() + 30
        while not answers() and time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        yield process
        if process.stdout:
            process.stdout.close()
        process.terminate()
        process.wait(timeout=30)


def test_a_learner_signs_in(started: subprocess.Popen[str], page: Page) -> None:
    page.goto(URL)
    page.get_by_role("button", name="Use Practice provider").click()
    expect(page.get_by_text("Sign in to guest")).to_be_visible()
    page.get_by_role("button", name="Ada Lovelace").click()
    expect(page.get_by_text("Hello, Ada Lovelace!")).to_be_visible()
    page.get_by_role("link", name="What practice says of you").click()
    expect(page.get_by_text('"ada@example.com"')).to_be_visible()
    page.goto(URL)
    page.get_by_role("button", name="Disconnect practice").click()
    expect(page.get_by_role("alert")).to_have_text("That is your only way to sign in.")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Hello")).to_have_count(0)
    page.get_by_role("button", name="Use Practice provider").click()
    page.get_by_role("button", name="Cancel the sign-in").click()
    expect(page.get_by_role("alert")).to_have_text("You did not sign in.")
    started.terminate()
    assert started.stdout
    told = started.stdout.read()
    assert "Open http://localhost:5050" in told
    assert "refused: /callback/practice: You did not sign in." in told
    assert "code=" not in told
