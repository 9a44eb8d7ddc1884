"""Carry out a Dockerfile without a container engine: its lines, in a folder instead of an image."""

import fnmatch
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# The user of the Dockerfile; only root can become another user.
USER = 10001
# What a line may need of the machine besides the image.
MACHINE = {name: it for name, it in os.environ.items() if name.startswith(("PIP_", "SSL_"))}


@dataclass
class Image:
    """What came out: the files below `root`, and what the last stage declares."""

    root: Path
    workdir: str = "/"
    environ: dict[str, str] = field(default_factory=dict)
    user: str = ""
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """Return a text with the paths of the image as they are on this machine."""
        for folder in ("/opt/venv", "/srv/app"):
            text = text.replace(folder, f"{self.root}{folder}")
        return text

    def read_only(self, command: list[str]) -> list[str]:
        """Return what runs a command with all of the image read-only but `instance`."""
        app, user = f"{self.root}/srv/app", [] if os.geteuid() == 0 else ["--map-root-user"]
        mounts = (
            f"mount --bind {app}/instance {app}/instance && "
            f"mount --rbind {self.root} {self.root} && "
            f"mount -o remount,bind,ro {self.root} && "
            'exec "$@"'
        )
        return ["unshare", "--mount", *user, "sh", "-c", mounts, "sh", *command]


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile with what follows them."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    pairs = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in pairs]


def allowed(source: Path, context: Path) -> bool:
    """Return whether .dockerignore lets a file of the build's folder in: the last match counts."""
    name, let_in = source.relative_to(context), True
    for line in (context / ".dockerignore").read_text().splitlines():
        pattern = line.strip().removeprefix("!").rstrip("/")
        if not pattern or pattern.startswith("#"):
            continue
        if pattern.startswith("**/"):
            hit = any(fnmatch.fnmatch(part, pattern.removeprefix("**/")) for part in name.parts)
        else:
            hit = any(fnmatch.fnmatch(str(part), pattern) for part in (name, *name.parents))
        if hit:
            let_in = line.startswith("!")
    return let_in


def build(context: Path, root: Path) -> Image:
    """Carry out all lines.  Raises AssertionError where one fails or is not known here."""
    image = Image(root)
    base: dict[str, str] = {}
    for name, rest in instructions((context / "Dockerfile").read_text()):
        match name:
            case "FROM":
                # The next stage begins with an empty image; what an earlier one made stays aside.
                image = Image(root)
                base = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **MACHINE}
            case "WORKDIR":
                image.workdir = rest
                folder(image).mkdir(parents=True, exist_ok=True)
            case "COPY":
                copy(image, context, rest)
            case "RUN":
                run(image, rest, base)
            case "ENV":
                image.environ |= dict(pair.split("=", 1) for pair in rest.split())
            case "USER":
                image.user = rest
            case "HEALTHCHECK":
                image.healthcheck = json.loads(rest[rest.index("[") :])
            case "CMD":
                image.command = json.loads(rest)
            case "EXPOSE":
                pass
            case _:
                raise AssertionError(f"{name} is not known here")
    return image


def folder(image: Image) -> Path:
    """Return the working folder of an image on this machine."""
    return image.root / image.workdir.lstrip("/")


def copy(image: Image, context: Path, rest: str) -> None:
    """Copy from the build's folder, as far as .dockerignore lets in, or from an earlier stage."""
    if rest.startswith("--from="):
        _, source, target = rest.split()
        assert source == target, "a stage's folder stays where it is"
        assert (image.root / source.lstrip("/")).is_dir()
        return
    source, target = rest.split()
    assert target == "."
    named = context.rglob("*") if source == "." else [context / source]
    for file in named:
        if file.is_file() and allowed(file, context):
            to = folder(image) / file.relative_to(context)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, to)


def run(image: Image, line: str, base: dict[str, str]) -> None:
    """Run a line as the builder would, who is root: here whoever runs the tests."""
    line = image.inside(line)
    if os.geteuid() != 0:
        line = line.replace(f"--owner={USER} ", "")
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", line],
        cwd=folder(image),
        env=base,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
