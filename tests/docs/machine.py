"""A machine of somebody who types what the pages say, as it stands there.

`uvx` and `pipx run` run the locked tools, GitHub is a folder, and a `.venv` that a page makes has
the packages of this one, so that pip finds them installed.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from harness.ports import free_port

from .pages import blocks, commands

SERVER = re.compile(r"(make (run|demo)|(\.venv/bin/)?(flask run\b.*|gunicorn|python app\.py))$")
HERE = Path(__file__).parent
UPSTREAM = "https://github.com/somebody/cookiecutter-flask-social-login"


class Machine:
    """Where somebody is, what their shell knows, and what they have typed."""

    def __init__(self, root: Path, repository: Path) -> None:
        self.folder, self.typed = root, set[str]()
        self.programs = root / ".programs"
        self.programs.mkdir()
        self.port = free_port()
        self.own_words = {"<owner>": "somebody"}
        tool = f'exec "{sys.executable}" -m "$@"\n'
        self.program("uvx", tool)
        self.program("pipx", f"shift\n{tool}")
        python = (
            'if [ "$*" = "-m venv .venv" ]; then\n'
            f'  exec "{sys.executable}" "{HERE}/furnish.py" "$PWD"\n'
            f'fi\nexec "{sys.executable}" "$@"\n'
        )
        for name in ("python", "python3"):
            self.program(name, python)
        self.environ = {
            **os.environ,
            "PATH": f"{self.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": UPSTREAM,
        }

    def program(self, name: str, lines: str) -> None:
        """Put a program on the path."""
        file = self.programs / name
        file.write_text(f"#!/bin/sh\n{lines}")
        file.chmod(0o755)

    def follow(self, page: str, heading: str, *which: int) -> str:
        """Type the blocks below a heading, or some of them; return what they print."""
        all_blocks = blocks(page, heading)
        printed = ""
        for number in which or range(len(all_blocks)):
            lines = commands(all_blocks[number])
            printed += self.type(*lines)
            self.typed |= set(lines)
        return printed

    def type(self, *lines: str) -> str:
        """Type lines; a server that the last one starts is asked for a page, and stopped."""
        last = lines[-1:] if lines and SERVER.match(lines[-1]) else ()
        printed = self.run("\n".join(lines[: len(lines) - len(last)]))
        for server in last:
            with self.serving(server):
                pass
        return printed

    def run(self, script: str) -> str:
        """Run lines of a shell, answer each question with Enter, and stay where they lead."""
        where = self.programs.parent / ".where"
        done = subprocess.run(
            ["bash", "-euc", f"{self.words(script)}\npwd > '{where}'"],
            cwd=self.folder,
            env=self.environ,
            input="\n" * 20,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        self.folder = Path(where.read_text().strip())
        return done.stdout

    def words(self, script: str) -> str:
        """Return the commands with what readers put in for themselves."""
        for word, own in self.own_words.items():
            script = script.replace(word, own)
        return script

    @contextmanager
    def serving(self, command: str) -> Iterator[None]:
        """Start a server, see that it answers, and stop it as Ctrl-C does."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env={**self.environ, "PORT": str(self.port), "FLASK_RUN_PORT": str(self.port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as server:
            try:
                answers = self.answers(server)
                if answers:
                    yield
            finally:
                os.killpg(server.pid, signal.SIGTERM)
                printed, _ = server.communicate(timeout=30)
            assert answers, f"{command}\n{printed}"

    def answers(self, server: subprocess.Popen[str]) -> bool:
        """Return whether a server answers before it ends, within a minute and a half."""
        end = time.monotonic() + 90
        while server.poll() is None and time.monotonic() < end:
            try:
                return bool(requests.get(f"http://localhost:{self.port}/", timeout=30).text)
            except requests.ConnectionError:
                time.sleep(0.2)
        return False
