"""A `.env` that an editor or a shell has spoilt: one sentence, which names file and line."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.app_server import SECRET_KEY, TEMPLATE

GOOD = f"APP_ENV=production\nSECRET_KEY={SECRET_KEY}\nPUBLIC_URL=https://app.example.org\n"
POWERSHELL = "SIGNUP=closed\r\n".encode("utf-16-le")
SPOILT = {
    "utf-16": (GOOD.encode("utf-16"), 1),
    "utf-16 without its mark": (GOOD.encode("utf-16-le"), 1),
    "utf-16, big end first": (GOOD.encode("utf-16-be"), 1),
    "utf-32": (GOOD.encode("utf-32"), 1),
    "ansi": (GOOD.encode() + "APP_NAME=Café\n".encode("cp1252"), 4),
    "a line in utf-16": (GOOD.encode() + POWERSHELL, 4),
    "a line in utf-16 with its mark": (GOOD.encode() + b"\xff\xfe" + POWERSHELL, 4),
    "a NUL": (GOOD.encode() + b"APP_NAME=a\x00b\n", 4),
}
BROKEN = {
    "no sign": ("SIGNUP closed", 4),
    "a colon without a space": ("SIGNUP:closed", 4),
    "an arrow": ("SIGNUP->closed", 4),
    "a colon": ("SIGNUP: closed", 4),
    "an open quote": ("\n\nAPP_NAME='it is open\nSIGNUP=closed", 6),
    "text after a quote": ("APP_NAME='a' b", 4),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the app, without a `.env`."""
    ignored = shutil.ignore_patterns("__pycache__", ".env", "instance", ".*_cache")
    return Path(shutil.copytree(TEMPLATE, tmp_path / "project", ignore=ignored))


@pytest.fixture
def run(project: Path) -> Callable[..., tuple[int, str]]:
    """Run Python in the project, with nothing in the environment; return exit code and output."""

    def run(*words: str) -> tuple[int, str]:
        env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
        done = subprocess.run(
            [sys.executable, *words],
            cwd=project,
            env=env,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        return done.returncode, done.stdout

    return run


@pytest.mark.parametrize(("content", "line"), SPOILT.values(), ids=SPOILT)
def test_a_file_that_is_not_utf_8(project: Path, content: bytes, line: int) -> None:
    from app.signin.config import ConfigError, environment

    (project / ".env").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        environment(project / ".env")
    assert caught.value.problems == [
        f"{project / '.env'}, line {line}, is not text in UTF-8: save .env as UTF-8"
    ]


@pytest.mark.parametrize("kind", ["utf-16", "ansi", "a line in utf-16"])
def test_gunicorn_and_make_setup_say_so(
    kind: str, project: Path, run: Callable[..., tuple[int, str]]
) -> None:
    content, line = SPOILT[kind]
    (project / ".env").write_bytes(content)
    for words in (("-m", "gunicorn"), ("scripts/make_env.py",)):
        code, output = run(*words)
        assert code == 1
        assert (
            f"{project / '.env'}, line {line}, is not text in UTF-8: save .env as UTF-8" in output
        )
        assert "Traceback" not in output


def test_make_setup_says_that_env_is_a_folder(
    project: Path, run: Callable[..., tuple[int, str]]
) -> None:
    (project / ".env").unlink(missing_ok=True)
    (project / ".env").mkdir()
    code, output = run("scripts/make_env.py")
    assert code == 1
    assert f"{project / '.env'} cannot be read: Is a directory" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(("line", "number"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_line_that_is_no_setting(
    line: str, number: int, ends: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.signin.config import ConfigError, environment, load

    file = tmp_path / ".env"
    file.write_text(f"{GOOD}{line}\n".replace("\n", ends), newline="")
    for name in ("APP_ENV", "SECRET_KEY", "PUBLIC_URL", "SIGNUP", "DOTENV_NAMES"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    found = environment(file)
    with pytest.raises(ConfigError) as caught:
        load(found, ())
    [problem] = caught.value.problems
    assert problem.startswith(f"{file}, line {number}, cannot be read: write NAME=value")
    found["APP_ENV"] = "development"
    assert load(found, ()).incomplete == (problem,)


def test_what_is_right_stays_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.signin.config import environment

    file = tmp_path / ".env"
    file.write_bytes(
        b"\xef\xbb\xbfAPP_NAME='Caf\xc3\xa9 #1 costs $5'\r\n\r\n# a comment\r\n"
        b'export SIGNUP = "closed" # so\r\nADMINS=\r\nCOMPOSE\r\nexport SHELL_OPTION\r\n'
        b'SCOPE="a\r\nb"\r\n'
    )
    for name in ("APP_NAME", "SIGNUP", "ADMINS", "SCOPE", "DOTENV_NAMES"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    found = environment(file)
    assert found.broken == ()
    assert (found["APP_NAME"], found["SIGNUP"]) == ("Café #1 costs $5", "closed")


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    from app.signin.config import ConfigError, environment

    (tmp_path / ".env").mkdir()
    with pytest.raises(ConfigError, match=r"\.env cannot be read: Is a directory"):
        environment(tmp_path / ".env")
