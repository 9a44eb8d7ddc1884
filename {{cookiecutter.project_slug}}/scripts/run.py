"""Serves the app in development: `make run`, `make run PORT=8080`.

With a port, a PUBLIC_URL on this machine gets the same port for this run.  In GitHub Codespaces and
Gitpod, it becomes the address that the workspace has for the port.
"""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

PROJECT = Path(__file__).resolve().parent.parent
LOOPBACK = re.compile(r"(.+\.)?localhost|127\.\d+\.\d+\.\d+|::1")


def main() -> None:
    """Print where to open the app, and serve it until Ctrl-C."""
    files = {**dotenv_values(PROJECT / ".flaskenv"), **dotenv_values(PROJECT / ".env")}
    said = {name: value for name, value in {**files, **os.environ}.items() if value}
    typed = "".join(sys.argv[1:])
    port = _port(typed or said.get("FLASK_RUN_PORT", "8000"))
    _refuse_if_taken(said.get("FLASK_RUN_HOST", "127.0.0.1"), port)
    url = said.get("PUBLIC_URL", "http://localhost:8000")
    forwarded = _forwarded(port)
    if (typed or forwarded) and _is_local(url):
        url = forwarded or _with_port(url, port)
        os.environ["PUBLIC_URL"] = url
    os.environ["FLASK_RUN_PORT"] = str(port)
    print(_where(url, port), flush=True)
    if forwarded and "PRACTICE_PROVIDER" not in said:
        os.environ["PRACTICE_PROVIDER"] = "on"
        print("The practice provider signs in anybody: keep this port private.", flush=True)
    _serve([sys.executable, "-m", "flask", "run", "--debug"])


def _port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text) or not 0 < int(text) < 65536:
        sys.exit(f"{text!r} is not a port: a number from 1 to 65535, such as make run PORT=8080")
    return int(text)


def _refuse_if_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        if os.name != "nt":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            other = port + 1 if 1023 < port < 65535 else 8000
            sys.exit(
                f"Port {port} cannot be used: {error.strerror}. "
                f"Stop the program that uses it, or choose another port: make run PORT={other}"
            )


def _forwarded(port: int) -> str:
    """Return the address that a workspace in a cloud has for a port, or an empty string.

    Source: GitHub's "Default environment variables for your codespace", Gitpod's `gp url`.
    """
    name = os.environ.get("CODESPACE_NAME")
    domain = os.environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
    if name and domain:
        return f"https://{name}-{port}.{domain}"
    gitpod = urlsplit(os.environ.get("GITPOD_WORKSPACE_URL", "")).hostname
    return f"https://{port}-{gitpod}" if gitpod else ""


def _is_local(url: str) -> bool:
    return bool(LOOPBACK.fullmatch(urlsplit(url).hostname or ""))


def _with_port(url: str, port: int) -> str:
    host = urlsplit(url).hostname or ""
    return f"{urlsplit(url).scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _where(url: str, port: int) -> str:
    """Return what to open, and what is wrong if PUBLIC_URL leads elsewhere."""
    stop = "(stop with Ctrl-C)"
    if url == _forwarded(port):
        return f"Open {url}   {stop}"
    if not _is_local(url):
        return f"Open {url} (PUBLIC_URL), which must lead to port {port} here   {stop}"
    if url.rstrip("/") == _with_port(url, port):
        return f"Open {url}   {stop}"
    return (
        f"The app listens on port {port}, but PUBLIC_URL says {url}: set both in .env "
        f"(FLASK_RUN_PORT={port}), or use make run PORT={port}   {stop}"
    )


def _serve(command: list[str]) -> None:
    if os.name == "nt":
        sys.exit(subprocess.run(command, cwd=PROJECT, check=False).returncode)
    os.chdir(PROJECT)
    os.execv(command[0], command)  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
