"""Real proxies in front of the app, configured by what its documentation shows."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.app_server import TEMPLATE
from harness.needs import is_missing

BLOCK = r"<!-- proxy: {} -->\n```\w+\n(.*?)```"
PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"


@dataclass
class Proxy:
    """A proxy that answers at `https://localhost:port`; all it writes is in `folder`."""

    name: str
    port: int
    folder: Path

    def written(self) -> str:
        """Return what it has logged."""
        return "".join(file.read_text(errors="replace") for file in self.folder.glob("*.log"))


def shown(name: str) -> str:
    """Return the configuration that docs/deploy.md shows for a proxy."""
    page = (TEMPLATE / "docs/deploy.md").read_text(encoding="utf-8")
    found = re.findall(BLOCK.format(name), page, re.DOTALL)
    assert found, name
    return "\n".join(reversed(found))


def changed(text: str, **values: str) -> str:
    """Replace addresses and paths of this machine; each must be there."""
    for old, new in values.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder: Path, port: int, app: int, pem: Path) -> list[str]:
    page = (TEMPLATE / "docs/live/README.md").read_text(encoding="utf-8")
    [live] = re.findall(r"```nginx\n(location = /live.*?)```", page, re.DOTALL)
    text = changed(
        shown("nginx"),
        **{
            "    location / {": f"{live}\n    location / {{",
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "/etc/ssl/app.pem": str(pem),
            "/etc/ssl/app.key": str(pem),
            "/var/log/nginx/": f"{folder}/",
        },
    ).replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; events {{}}\nhttp {{\n{temporary}{text}\n}}\n"
    )
    return ["-e", str(folder / "start.log"), "-c", str(folder / "nginx.conf")]


def haproxy(folder: Path, port: int, app: int, pem: Path) -> list[str]:
    text = changed(
        shown("haproxy"),
        **{
            "log /dev/log local0": "log stdout format raw local0",
            "bind :443 ": f"bind 127.0.0.1:{port} ",
            "/etc/ssl/app.pem": str(pem),
            "127.0.0.1:8000": f"127.0.0.1:{app}",
        },
    )
    (folder / "haproxy.cfg").write_text(text)
    return ["-db", "-f", str(folder / "haproxy.cfg")]


def caddy(folder: Path, port: int, app: int, pem: Path) -> list[str]:
    text = changed(
        (TEMPLATE / "Caddyfile").read_text(encoding="utf-8"),
        **{
            "{\n\tservers {": "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {",
            "{$PUBLIC_URL} {\n": f"{{$PUBLIC_URL}} {{\n\tbind 127.0.0.1\n\ttls {pem} {pem}\n",
            "app:8000": f"127.0.0.1:{app}",
        },
    )
    if knows_only_the_old_name():
        text = changed(text, **{"request_buffers 64KiB": "buffer_requests"})
    (folder / "Caddyfile").write_text(text)
    return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def knows_only_the_old_name() -> bool:
    """Return whether this is Caddy 2.6, as Debian 12 has it."""
    done = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True)
    return done.stdout.lstrip("v").startswith("2.6")


ARGUMENTS: dict[str, Callable[[Path, int, int, Path], list[str]]] = {
    "nginx": nginx,
    "haproxy": haproxy,
    "caddy": caddy,
}


@contextmanager
def proxy(name: str, folder: Path, port: int, app: int, pem: Path) -> Iterator[Proxy]:
    """Run a proxy in front of the app's port until the block ends."""
    program = shutil.which(name, path=PATH)
    if not program:
        is_missing(name, f"no {name} on the path")
    folder.mkdir()
    if os.geteuid() == 0:  # nginx gives its workers another user
        for place in (folder, *list(folder.parents)[:3]):
            place.chmod(0o755)
        folder.chmod(0o777)
    arguments = ARGUMENTS[name](folder, port, app, pem)
    environ = {
        **os.environ,
        "PUBLIC_URL": f"https://localhost:{port}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen([program, *arguments], stdout=log, stderr=log, env=environ)
    made = Proxy(name, port, folder)
    try:
        _wait(made, process)
        yield made
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(made: Proxy, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", made.port), 5).close()
            return
        except OSError:
            assert process.poll() is None, made.written()
            assert time.monotonic() < end, made.written()
            time.sleep(0.05)
