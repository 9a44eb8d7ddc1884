"""The Dockerfile and compose.yaml of a generated app: read by linters, and run line by line.

No container engine runs here: each line of the Dockerfile is carried out in a folder, and what it
declares is started there, with everything read-only but `instance` and the folder for `/tmp`.
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from cookiecutter.main import cookiecutter
from harness.app_server import SECRET_KEY
from harness.databases import postgresql_database
from harness.needs import is_missing
from harness.ports import free_port

from .dockerfile import Image, build, folder

NODE = Path(__file__).resolve().parents[1] / "node"
ANSWERS = {
    "postgresql": {"database": "postgresql", "features": "all", "providers": "github"},
    "sqlite": {"database": "sqlite", "features": "none", "providers": "github"},
}


@pytest.fixture(scope="module")
def apps(template: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An app for each database."""
    return {
        database: Path(
            cookiecutter(
                str(template),
                no_input=True,
                output_dir=str(tmp_path_factory.mktemp(database)),
                extra_context=answers,
            )
        )
        for database, answers in ANSWERS.items()
    }


@pytest.fixture(scope="module")
def image(apps: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the Dockerfile makes of the app with PostgreSQL and every option."""
    instance = apps["postgresql"] / "instance"
    instance.mkdir(exist_ok=True)
    (instance / "app.db").write_text("a database of development")
    root = tmp_path_factory.mktemp("container") / "image"
    for parent in (root.parent, *root.parent.parents):
        # The image's user must be able to enter.
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    return build(apps["postgresql"], root)


def start(image: Image, command: list[str], log: Path, **settings: str) -> Any:
    """Start a command of an image, with the environment that the image and `settings` say."""
    environ = {name: image.inside(value) for name, value in image.environ.items()}
    environ["PATH"] = environ["PATH"].replace("$PATH", os.environ["PATH"])
    tmp = log.parent / "tmp"
    tmp.mkdir(exist_ok=True)
    tmp.chmod(0o777)
    environ |= {"HOME": str(tmp), "TMPDIR": str(tmp), **settings}
    program = shutil.which(command[0], path=environ["PATH"])
    assert program, f"the image has no {command[0]}"
    assert program.startswith(str(image.root)), f"{command[0]} is the machine's, not the image's"
    with log.open("ab") as out:
        return subprocess.Popen(
            image.read_only([program, *command[1:]]),
            cwd=folder(image),
            env=environ,
            stdout=out,
            stderr=out,
        )


def tree(image: Image) -> set[str]:
    return {str(path) for path in folder(image).rglob("*")}


def served(image: Image, tmp_path: Path, **settings: str) -> dict[str, Any]:
    """Migrate, serve, and look; return what was seen."""
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    log, port = tmp_path / "log", free_port()
    known = {"SECRET_KEY": SECRET_KEY, "PUBLIC_URL": "https://app.example.org", **settings}
    migrated = start(image, ["flask", "db", "upgrade"], log, **known)
    assert migrated.wait(60) == 0, log.read_text()
    healthy = image.healthcheck
    assert start(image, healthy, log, **known, PORT=str(port)).wait(30) != 0
    process = start(image, image.command, log, **known, PORT=str(port))
    try:
        end = time.monotonic() + 60
        while start(image, healthy, tmp_path / "health", **known, PORT=str(port)).wait(30) != 0:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        url = f"http://127.0.0.1:{port}"
        page = requests.get(f"{url}/login", headers={"Host": "app.example.org"}, timeout=30)
        return {"ready": requests.get(f"{url}/readyz", timeout=30).status_code, "page": page.text}
    finally:
        process.terminate()
        assert process.wait(30) == 0, log.read_text()


def test_the_image_serves_the_app(image: Image, tmp_path: Path) -> None:
    before = tree(image)
    with postgresql_database() as url:
        seen = served(image, tmp_path, DATABASE_URL=url.replace("postgresql:", "postgres:"))

    assert seen["ready"] == 200
    assert "Sign in" in seen["page"]
    assert "Practice" not in seen["page"]
    assert tree(image) == before, "the app wrote beside its database"


def test_a_sqlite_database_lies_in_the_volume(image: Image, tmp_path: Path) -> None:
    instance = folder(image) / "instance"
    before = tree(image)
    seen = served(image, tmp_path)

    assert seen["ready"] == 200
    assert {Path(path).parent for path in tree(image) - before} == {instance}
    for file in instance.iterdir():
        file.unlink()


def test_what_gets_into_the_image(apps: dict[str, Path], image: Image) -> None:
    top = {path.name for path in folder(image).iterdir()}
    packages = {path.name for path in (image.root / "opt/venv/bin").iterdir()}

    assert (apps["postgresql"] / ".env").exists()
    assert top == {"app", "migrations", "requirements.txt", ".flaskenv", "gunicorn.conf.py"} | {
        "instance"
    }
    assert "gunicorn" in packages
    assert not any(name.startswith("pip") for name in packages)
    assert stat.S_IMODE((folder(image) / "instance").stat().st_mode) == 0o700


def test_the_image_s_user_can_write_nothing_else(image: Image) -> None:
    if os.geteuid() != 0:
        # Only root can become the image's user.
        is_missing("root", "to become the image's user", always=False)
    done = subprocess.run(
        ["find", ".", "-writable", "-not", "-type", "l"],
        cwd=folder(image),
        user=int(image.user),
        group=int(image.user),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["./instance"]


# --- What is declared


def linter(name: str) -> str:
    found = Path(sys.executable).parent / name
    return str(found) if found.exists() else is_missing(name, "not in .venv")


@pytest.mark.parametrize("database", ANSWERS)
def test_linters_have_nothing_to_say(database: str, apps: dict[str, Path], tmp_path: Path) -> None:
    app = apps[database]
    done = subprocess.run(
        [linter("hadolint"), "--no-color", str(app / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    if not (NODE / "node_modules/dclint").exists():
        is_missing("dclint", "npm has not installed tests/node")
    # The rules that are about the order of lines, and ports for this machine alone, are left out.
    rules = {
        "no-unbound-port-interfaces": 0,
        "require-project-name-field": 0,
        "require-quotes-in-ports": 0,
        "service-keys-order": 0,
        "services-alphabetical-order": 0,
        "top-level-properties-order": 0,
    }
    config = tmp_path / ".dclintrc"
    config.write_text(json.dumps({"rules": rules}))
    command = ["node_modules/.bin/dclint", "--config", str(config), str(app / "compose.yaml")]
    done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout


@pytest.mark.parametrize("database", ANSWERS)
def test_compose_has_what_the_database_needs(database: str, apps: dict[str, Path]) -> None:
    compose = yaml.safe_load((apps[database] / "compose.yaml").read_text())
    services = compose["services"]
    with_server = database == "postgresql"

    assert set(services) == {"proxy", "app", "migrate"} | (
        {"database", "limits"} if with_server else set()
    )
    assert services["app"]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"}
    }
    for name in ("app", "migrate"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        environment = services[name]["environment"]
        assert ("DATABASE_URL_FILE" in environment) == with_server
        secrets = {f"/run/secrets/{secret}" for secret in services[name]["secrets"]}
        assert {value for key, value in environment.items() if key.endswith("_FILE")} == secrets
    named = {secret for service in services.values() for secret in service.get("secrets", ())}
    assert named == set(compose["secrets"])
    volumes = {
        volume.partition(":")[0]
        for service in services.values()
        for volume in service["volumes" if "volumes" in service else "tmpfs"]
        if not volume.startswith(("/", "."))
    }
    assert volumes == set(compose["volumes"])


@pytest.mark.parametrize("database", ANSWERS)
def test_production_s_files_are_what_the_app_starts_with(
    database: str, apps: dict[str, Path], image: Image, tmp_path: Path
) -> None:
    app = apps[database]
    command = [sys.executable, "scripts/make_production.py", "app.example.org"]
    first = subprocess.run(command, cwd=app, capture_output=True, text=True, check=True).stdout
    made = {path.name: path.read_text() for path in (app / "production").iterdir()}
    again = subprocess.run(command, cwd=app, capture_output=True, text=True, check=True).stdout

    assert "https://app.example.org/callback/<provider>" in first
    assert "Everything was there already." in again
    assert {path.name: path.read_text() for path in (app / "production").iterdir()} == made
    compose = (app / "compose.yaml").read_text()
    assert set(made) == set(re.findall(r"production/([\w.]+)", compose))
    assert stat.S_IMODE((app / "production").stat().st_mode) == 0o700
    subprocess.run(["git", "init", "-q"], cwd=app, check=True)
    subprocess.run(["git", "check-ignore", "-q", "production/secret_key"], cwd=app, check=True)
    if database == "postgresql":
        assert made["database_password"] in made["database_url"]
    settings = dict(
        line.split("=", 1) for line in made["app.env"].splitlines() if not line.startswith("#")
    )
    settings["SECRET_KEY_FILE"] = str(tmp_path / "secret_key")
    (tmp_path / "secret_key").write_text(made["secret_key"])
    (tmp_path / "secret_key").chmod(0o644)
    url = f"sqlite:///{tmp_path}/app.db"
    seen = served(image, tmp_path, **settings, SECRET_KEY="", TRUSTED_PROXIES="1", DATABASE_URL=url)
    assert seen["ready"] == 200


@pytest.mark.parametrize("host", [(), ("",), ("https://a.example",), ("A.example",), ("a b",)])
def test_a_bad_host_is_told(host: tuple[str, ...], apps: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(apps["sqlite"] / "scripts/make_production.py", tmp_path / "scripts")
    done = subprocess.run(
        [sys.executable, script, *host], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "python3 scripts/make_production.py app.example.org" in done.stderr
    assert not (tmp_path / "production").exists()
