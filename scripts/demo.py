"""Generates build/demo with every feature and serves it on the given port, until Ctrl-C."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

from clean_copy import ROOT, generate

DEMO = ROOT / "build" / "demo"
KEPT = {".env", "instance"}
# A sign-in page with every provider there is would be a long list of buttons without credentials.
PROVIDERS = "github,google,apple,microsoft,facebook,x"
ANSWERS = (
    "project_name=Demo",
    f"project_slug={DEMO.name}",
    f"providers={PROVIDERS}",
    "features=all",
)


@contextlib.contextmanager
def own_foreground() -> Iterator[None]:
    """Take the terminal for this process, so that Ctrl-C stops the server and not make."""
    if os.name == "nt" or not sys.stdin.isatty():
        yield
        return
    before = os.tcgetpgrp(0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(0, before)


def make_anew() -> None:
    """Generate build/demo; its .env and database stay, so credentials are entered once."""
    for path in DEMO.iterdir() if DEMO.exists() else ():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("Generating build/demo ...", flush=True)
    generate(DEMO.parent, "-f", *ANSWERS)


def refuse_if_taken(port: str) -> None:
    """Stop with one line where the port cannot be had."""
    try:
        socket.create_server(("127.0.0.1", int(port))).close()
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"Port {port} cannot be used: {error}. Choose another one: make demo PORT=8080")


def set_address(url: str) -> None:
    """Write the address down, so that commands in build/demo print the same callback URLs."""
    file = DEMO / ".env"
    text = file.read_text(encoding="utf-8")
    changed = re.sub(r"^PUBLIC_URL=http://localhost:.*$", f"PUBLIC_URL={url}", text, flags=re.M)
    file.write_text(changed, encoding="utf-8")
    flaskenv = DEMO / ".flaskenv"
    port = url.rpartition(":")[2]
    text = flaskenv.read_text(encoding="utf-8")
    text = re.sub(r"^FLASK_RUN_PORT=.*$", f"FLASK_RUN_PORT={port}", text, flags=re.M)
    flaskenv.write_text(text, encoding="utf-8")


def serve(port: str) -> int:
    """Migrate and run the app; the exit code, 0 where Ctrl-C or a TERM signal ended it."""
    url = f"http://localhost:{port}"
    set_address(url)
    environment = {**os.environ, "FLASK_RUN_PORT": port, "PUBLIC_URL": url}
    flask = [sys.executable, "-m", "flask"]
    print("Migrating the database ...", flush=True)
    subprocess.run([*flask, "db", "upgrade"], cwd=DEMO, env=environment, check=True)
    print("Its commands: cd build/demo, then ../../.venv/bin/flask doctor and so on")
    print(f"\nOpen {url}   (stop with Ctrl-C)\n", flush=True)
    server = subprocess.Popen([*flask, "run", "--debug"], cwd=DEMO, env=environment)
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        print("\nStopped.")
        return 0


def main() -> int:
    """Generate and serve."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    refuse_if_taken(port)
    with own_foreground():
        try:
            make_anew()
            return serve(port)
        except KeyboardInterrupt:
            return 0
        except subprocess.CalledProcessError as error:  # the command has said why
            return error.returncode


if __name__ == "__main__":
    sys.exit(main())
