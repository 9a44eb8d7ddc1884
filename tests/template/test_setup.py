"""`make setup` and its scripts on machines that are not as they should be."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from harness.ports import free_port

# Looked for now, since tests have an empty home folder.
OLD = next(Path.home().glob(".pyenv/versions/3.[789].*/bin/python"), None)
VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def app(generate: Callable[..., Path]) -> Path:
    """An app that asks for no packages, so that nothing has to be fetched."""
    folder = generate()
    (folder / "requirements-dev.txt").write_text("# nothing\n")
    return folder


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def setup(
    app: Path, python: str = sys.executable, **variables: str
) -> subprocess.CompletedProcess[str]:
    return run(app, python, "scripts/setup.py", "--no-database", **variables)


def works(app: Path) -> bool:
    """Has .venv a pip of its own, and does pip know what is installed?"""
    pip = app / ".venv" / "bin" / "pip"
    return (
        run(app, str(pip), "--version").returncode == 0
        and (app / ".venv" / "installed-requirements.txt").read_text() == "# nothing\n"
    )


def test_it_is_quiet_the_second_time(app: Path) -> None:
    first = setup(app)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "Making .venv ...",
        "Installing requirements-dev.txt (a minute or two) ...",
    ]
    assert works(app)
    again = setup(app)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_python_that_is_gone(app: Path) -> None:
    assert setup(app).returncode == 0
    for name in ("python", "python3", VERSION):
        (app / ".venv" / "bin" / name).unlink(missing_ok=True)
    (app / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    done = setup(app)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Making .venv ..." in done.stdout
    assert works(app)


def test_a_venv_that_the_person_made_is_used(app: Path) -> None:
    venv.create(app / ".venv", with_pip=True, symlinks=True)
    (app / ".venv" / "mine").touch()
    done = setup(app)
    assert (done.returncode, done.stderr) == (0, "")
    assert works(app)
    assert (app / ".venv" / "mine").exists()


def broken(app: Path, kind: str) -> None:
    """Put something in the place of .venv that cannot be used."""
    place = app / ".venv"
    if kind == "without pip":  # as uv makes it
        venv.create(place, with_pip=False, symlinks=True)
    elif kind == "an empty folder":
        place.mkdir()
    elif kind == "made half":
        (place / "bin").mkdir(parents=True)
    elif kind == "of a renamed folder":
        venv.create(app.parent / "before" / ".venv", with_pip=True, symlinks=True)
        (app.parent / "before" / ".venv").rename(place)
    elif kind == "the packages of another Python":
        venv.create(place, with_pip=True, symlinks=True)
        (place / "lib" / VERSION).rename(place / "lib" / "python3.0")


@pytest.mark.parametrize(
    "kind",
    [
        *("without pip", "of a renamed folder"),
        pytest.param("an empty folder", marks=pytest.mark.proof),
        pytest.param("made half", marks=pytest.mark.proof),
        pytest.param("the packages of another Python", marks=pytest.mark.proof),
    ],
)
def test_a_venv_that_does_not_work_is_made_anew(app: Path, kind: str) -> None:
    broken(app, kind)
    done = setup(app)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Making .venv ..." in done.stdout
    assert works(app)


@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_what_cannot_be_a_venv_is_said(app: Path, kind: str) -> None:
    place = app / ".venv"
    place.write_text("x") if kind == "file" else place.symlink_to("/nowhere/at/all")
    done = setup(app)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"Remove {place}, then run this again."
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def without_ensurepip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python as Debian has it without the package python3-venv."""
    prefix = tmp_path_factory.mktemp("python")
    base = Path(sys.base_prefix)
    for folder in ("bin", "lib", f"lib/{VERSION}"):
        (prefix / folder).mkdir()
    shutil.copy(base / "bin" / VERSION, prefix / "bin" / VERSION)
    for entry in (base / "lib").iterdir():
        if entry.name != VERSION:
            (prefix / "lib" / entry.name).symlink_to(entry)
    for entry in (base / "lib" / VERSION).iterdir():
        if entry.name != "ensurepip":
            (prefix / "lib" / VERSION / entry.name).symlink_to(entry)
    return str(prefix / "bin" / VERSION)


def test_a_python_without_ensurepip(app: Path, without_ensurepip: str) -> None:
    done = setup(app, without_ensurepip)
    assert done.returncode == 1
    assert "sudo apt install python3-venv" in done.stderr
    assert f"{VERSION}-venv" in done.stderr
    assert "Traceback" not in done.stderr
    assert setup(app).returncode == 0, "installed since, and run again"
    assert works(app)


@pytest.mark.parametrize(
    "variables",
    [
        {
            **{"PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_TARGET": "elsewhere"},
            **{"PIP_PREFIX": "elsewhere", "PIP_REQUIREMENT": "none.txt", "PIP_DRY_RUN": "1"},
        },
        {"PYTHONPATH": "elsewhere", "PYTHONSAFEPATH": "1"},
        {"PYTHONHOME": "/nowhere"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_variables_of_other_programs(app: Path, variables: dict[str, str]) -> None:
    other = app / "elsewhere"
    other.mkdir()
    (other / "pip.py").write_text("raise SystemExit('the other pip')")
    done = run(app, "make", "packages", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert works(app)
    assert [path.name for path in other.iterdir()] == ["pip.py"]


def test_a_configuration_of_pip_that_installs_for_the_user(app: Path, tmp_path: Path) -> None:
    """As PIP_USER, in pip's own file."""
    file = tmp_path / "pip.conf"
    file.write_text("[install]\nuser = true\n")
    done = setup(app, PIP_CONFIG_FILE=str(file))
    assert (done.returncode, done.stderr) == (0, "")


def test_an_old_python_says_so(app: Path) -> None:
    if not OLD:
        pytest.skip("there is no Python older than 3.11 on this machine")
    done = setup(app, str(OLD))
    assert done.returncode == 1
    assert re.fullmatch(r"Python 3\.11 to 3\.14 is needed\. This is 3\.\d+\.\d+\.\n", done.stderr)


@pytest.mark.parametrize("target", ["check", "test", "fix", "doctor"])
def test_what_needs_no_database_makes_none(app: Path, target: str) -> None:
    """CI has no PostgreSQL; and the doctor says better what is wrong with one."""
    planned = run(app, "make", "--dry-run", target).stdout
    assert "scripts/setup.py --no-database" in planned
    assert "scripts/setup.py\n" not in planned


@contextmanager
def served(app: Path, *arguments: str, **variables: str) -> Iterator[str]:
    """Run the script of `make run`; yield the line that says where to open the app."""
    command = [sys.executable, "scripts/run.py", *arguments]
    process = subprocess.Popen(
        command,
        cwd=app,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.communicate()


def says_where_it_is(port: int) -> str:
    """Return where the app sends people who open it at another name of this machine."""
    end = time.monotonic() + 30
    while True:
        try:
            url = f"http://127.0.0.1:{port}/"
            return requests.get(url, allow_redirects=False, timeout=30).headers["Location"]
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_another_port_is_one_word(generate: Callable[..., Path]) -> None:
    port = free_port()
    with served(generate(), str(port)) as line:
        assert line == f"Open http://localhost:{port}   (stop with Ctrl-C)\n"
        assert says_where_it_is(port) == f"http://localhost:{port}/"


def test_the_address_is_the_true_one(generate: Callable[..., Path]) -> None:
    app, port = generate(), free_port()
    settings = (app / ".env").read_text()

    def public_url(url: str) -> None:
        changed = settings.replace("PUBLIC_URL=http://localhost:8000", f"PUBLIC_URL={url}")
        (app / ".env").write_text(changed)

    with served(app, FLASK_RUN_PORT=str(port)) as line:
        assert f"listens on port {port}, but PUBLIC_URL says http://localhost:8000" in line
    public_url(f"http://127.0.0.1:{port}")
    with served(app, FLASK_RUN_PORT=str(port)) as line:
        assert line.startswith(f"Open http://127.0.0.1:{port} ")
    public_url("https://otter.example.org")
    with served(app, str(port)) as line:
        assert line.startswith("Open https://otter.example.org (PUBLIC_URL), which must lead to ")


CODESPACES = {
    "CODESPACE_NAME": "octocat-mld5",
    "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
}
GITPOD = {"GITPOD_WORKSPACE_URL": "https://octocat-demo-1a2b3c.ws-eu1.gitpod.io"}


@pytest.mark.parametrize(
    ("workspace", "url"),
    [
        (CODESPACES, "https://octocat-mld5-{}.app.github.dev"),
        (GITPOD, "https://{}-octocat-demo-1a2b3c.ws-eu1.gitpod.io"),
    ],
    ids=["Codespaces", "Gitpod"],
)
def test_a_workspace_in_a_cloud_needs_no_setting(
    generate: Callable[..., Path], workspace: dict[str, str], url: str
) -> None:
    """The address is that of the workspace; a person signs in there as at a desk."""
    app, port = generate(), free_port()
    assert run(app, sys.executable, "-m", "flask", "db", "upgrade").returncode == 0
    url = url.format(port)
    with served(app, str(port), **workspace) as line:
        assert line == f"Open {url}   (stop with Ctrl-C)\n"
        assert says_where_it_is(port) == f"{url}/"
        assert practised(port, url) == "/"


def practised(port: int, url: str) -> str:
    """Sign in as the proxy of a workspace passes it on; return where the browser is sent.

    Host and Origin are this machine's, X-Forwarded-Host is the public one.  Source: the issue
    "Running in GitHub Codespaces" of symfony/demo.
    """
    here = f"http://localhost:{port}"
    with requests.Session() as browser:
        forwarded = {"X-Forwarded-Host": urlsplit(url).netloc, "X-Forwarded-Proto": "https"}
        browser.headers.update(forwarded)
        browser.headers["Cookie"] = ""

        def send(method: str, at: str, **form: str) -> requests.Response:
            path = at.removeprefix(url).removeprefix(here)
            answer = browser.request(
                method,
                f"{here}{path}",
                data=form,
                headers={"Origin": here} if method == "POST" else {},
                allow_redirects=False,
                timeout=30,
            )
            # The public address is https, and so are the cookies.
            pairs = [
                cookie.partition(";")[0] for cookie in answer.raw.headers.getlist("Set-Cookie")
            ]
            kept = dict(pair.split("=", 1) for pair in [*cookies, *pairs])
            cookies[:] = [f"{name}={value}" for name, value in kept.items()]
            browser.headers["Cookie"] = "; ".join(cookies)
            return answer

        cookies: list[str] = []
        token = re.search(r'name="csrf_token" value="([^"]+)', send("GET", "/login/practice").text)
        assert token
        to_provider = send("POST", "/login/practice", csrf_token=token[1]).headers["Location"]
        assert to_provider.startswith(f"{url}/dev/practice/authorize?")
        page = send("GET", to_provider).text
        asked = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', unescape(page)))
        back = send("POST", "/dev/practice/authorize", persona="ada", **asked).headers["Location"]
        return send("GET", back).headers["Location"]


@pytest.mark.parametrize("port", ["0", "65536", "8000x", "-1"])
def test_a_port_that_is_none(generate: Callable[..., Path], port: str) -> None:
    done = run(generate(), sys.executable, "scripts/run.py", port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{port!r} is not a port")
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken(generate: Callable[..., Path]) -> None:
    app = generate()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run(app, sys.executable, "scripts/run.py", str(port))
    assert done.returncode == 1
    assert f"Port {port} cannot be used: Address already in use" in done.stderr
    assert "make run PORT=" in done.stderr
    assert done.stderr.count("\n") == 1
