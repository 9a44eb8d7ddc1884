"""Providers that others wrote, run by Node.js from tests/node."""

import json
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

from .needs import is_missing

NODE = Path(__file__).resolve().parents[1] / "node"
START_SECONDS = 30


class NotUp(AssertionError):
    """A server did not start."""


class NodeServer:
    """A running server; what it prints is read as it comes, one JSON object a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._changed = threading.Condition()
        self._told: list[dict[str, Any]] = []
        self._text: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._changed:
                self._text.append(line)
                if line.startswith("{"):
                    self._told.append(json.loads(line))
                self._changed.notify_all()

    def wait_for(self, wanted: str) -> Any:
        """Return the value that the server tells under this name."""
        with self._changed:
            self._changed.wait_for(
                lambda: any(wanted in told for told in self._told) or not self._reader.is_alive(),
                START_SECONDS,
            )
            for told in self._told:
                if wanted in told:
                    return told[wanted]
        raise self._not_up()

    def wait_until_it_answers(self, url: str) -> None:
        """Wait for its port."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._reader.is_alive():
            try:
                requests.get(f"{url}/test/ready", timeout=START_SECONDS)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise self._not_up()

    def _not_up(self) -> "NotUp":
        ended = self._process.poll()
        how = f"it runs after {START_SECONDS} s" if ended is None else f"it ended with {ended}"
        return NotUp(f"the server did not come up ({how}):\n{''.join(self._text)}")

    def requests(self, origin: str) -> list[str]:
        """Return what reached it since the last call, such as `POST /token`, in order."""
        mark = {"method": "GET", "path": f"/test/{uuid.uuid4()}"}
        requests.get(origin + mark["path"], timeout=START_SECONDS)
        with self._changed:
            assert self._changed.wait_for(lambda: {"request": mark} in self._told, START_SECONDS), (
                "the server does not tell its requests"
            )
            told = [line["request"] for line in self._told if "request" in line]
            self._told.clear()
        return [
            f"{line['method']} {line['path']}"
            for line in told
            if not line["path"].startswith("/test/")
        ]

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(START_SECONDS)
        self._reader.join(START_SECONDS)
        assert self._process.stdout
        self._process.stdout.close()


@contextmanager
def node_server(*arguments: str) -> Iterator[NodeServer]:
    """Run a program of tests/node, on loopback, until the block ends."""
    node = shutil.which("node") or is_missing("Node.js", "no node on the path")
    if not (NODE / "node_modules" / ".package-lock.json").exists():
        is_missing("the packages of tests/node", "npm ci has not installed them: see make test")
    process = subprocess.Popen(
        [node, "-r", "./loopback.cjs", *arguments],
        cwd=NODE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = NodeServer(process)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def openid_provider(
    client: Mapping[str, Any],
    *,
    host: str = "127.0.0.1",
    alg: str = "RS256",
    skew: int = 0,
    claims_in_token: bool = True,
    registration: bool | str = False,
) -> Iterator[tuple[str, NodeServer]]:
    """Run oidc-provider with one client; yield its issuer and the server.

    `registration`: it registers others by itself, or whoever has this token.
    """
    config = {
        "host": host,
        "client": dict(client),
        "alg": alg,
        "skew": skew,
        "claimsInToken": claims_in_token,
        "registration": registration,
    }
    with ExitStack() as running:
        for again in (True, False):
            server = running.enter_context(node_server("op.mjs", json.dumps(config)))
            try:
                issuer = server.wait_for("issuer")
                break
            except NotUp:
                # Node.js 20 has hung here, before it listened: once in thousands of starts.
                if not again:
                    raise
        yield issuer, server


@contextmanager
def emulated(
    seed: Mapping[str, Any], port: int, *, host: str = "127.0.0.1"
) -> Iterator[tuple[dict[str, str], NodeServer]]:
    """Run emulate as the providers of `seed`, on this port and the next ones.

    Yields the URL of each, and the server.
    """
    urls = {name: f"http://{host}:{port + place}" for place, name in enumerate(seed)}
    configured = {name: {**seed[name], "baseUrl": url} for name, url in urls.items()}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(configured, file)
        file.flush()
        program = "node_modules/emulate/dist/index.js"
        arguments = ("start", "--service", ",".join(urls), "--port", str(port))
        with node_server(program, *arguments, "--seed", file.name) as server:
            for url in urls.values():
                server.wait_until_it_answers(url)
            yield urls, server
