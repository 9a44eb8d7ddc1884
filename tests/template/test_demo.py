"""`make demo`: an app that answers, and commands that speak of the same address."""

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from itertools import takewhile
from pathlib import Path

import requests
from harness.ports import free_port


def wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def wait_for_text(url: str, text: str) -> None:
    """Wait until a page has the text; while the app restarts, nothing answers."""
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(requests.ConnectionError):
            if text in requests.get(url, timeout=30).text:
                return
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_demo(template: Path, tmp_path: Path) -> None:
    here, port = shutil.copytree(template, tmp_path / "template"), free_port()
    command = [sys.executable, "scripts/demo.py", str(port)]
    process = subprocess.Popen(
        command, cwd=here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    last = f"Open http://localhost:{port}   (stop with Ctrl-C)\n"
    told = list(takewhile(lambda line: line != last, process.stdout))
    assert any("cd build/demo" in line and "flask doctor" in line for line in told)
    wait_for(port)
    page = requests.get(f"http://localhost:{port}/login", timeout=30).text
    assert "Practice provider" in page
    listed = subprocess.run(
        [sys.executable, "-m", "flask", "providers"],
        cwd=here / "build" / "demo",
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"http://localhost:{port}/callback/github" in listed.stdout
    flaskenv = (here / "build" / "demo" / ".flaskenv").read_text()
    assert f"FLASK_RUN_PORT={port}\n" in flaskenv
    with (here / "build" / "demo" / ".env").open("a") as file:
        file.write("\nSIGNUP=closed\n")
    wait_for_text(f"http://localhost:{port}/login", "New accounts are closed")
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_port_that_is_taken(template: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        command = [sys.executable, str(template / "scripts" / "demo.py"), port]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} cannot be used: ")
    assert done.stderr.count("\n") == 1
