"""The access log: a line for each request that can be matched, and cannot be forged or misused."""

import re
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
import requests
from harness.app_server import RunningApp
from harness.bad_provider import BadProvider
from harness.production import Served, gunicorn

from .conftest import settings

LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+\+00:00) (?P<address>\S+) "
    r'"(?P<method>[A-Z]+) (?P<path>\S+)" (?P<status>\d{3}) \d+ [\d.]+ (?P<id>[0-9a-f]{16})'
)
TOKEN = "j238jF-a-working-invitation_9IPk"
SECRET_PATHS = [
    f"/invite/{TOKEN}",
    f"/%69nvite/{TOKEN}",
    f"/invite%2f{TOKEN}",
    f"/invite/{TOKEN}/",
    f"//invite//{TOKEN}",
    f"/invite/{TOKEN}?next=/",
    f"/INVITE/{TOKEN}",
    f"/%49nvite/{TOKEN}",
    f"/invite%252F{TOKEN}",
    f"/%2569nvite/{TOKEN}",
    f"/invite\\{TOKEN}",
    f"/invite./{TOKEN}",
    f"/invite;a=b/{TOKEN}",
    f"/invite%09/{TOKEN}",
    f"/invite%0A/{TOKEN}",
    f"/invite%3F{TOKEN}",
    f"/de/Invite/{TOKEN}",
]
FORGED = "/x%22%20200%0a127.0.0.1%20%22POST%20/login/github%22%20303%0d%1b%5b31m%c2%85%e2%80%a8"


@pytest.fixture(scope="module")
def production(
    tmp_path_factory: pytest.TempPathFactory, sqlite: Callable[[], str], provider: BadProvider
) -> Iterator[Served]:
    with gunicorn(tmp_path_factory.mktemp("gunicorn"), sqlite(), settings(provider)) as made:
        # The line about the request that found the app ready is written after its answer.
        end = time.monotonic() + 5
        while not access_lines(made.written().splitlines()):
            assert time.monotonic() < end, made.written()
            time.sleep(0.01)
        yield made


def get(url: str, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    """Ask for a path exactly as it is written."""
    request = requests.Request("GET", url, headers=headers).prepare()
    request.url = url + path
    with requests.Session() as session:
        return session.send(request, allow_redirects=False, timeout=30)


def lines_of(production: Served, path: str, **headers: str) -> list[str]:
    """Return a request's id, and the lines that are written about it."""
    before = len(production.written())
    answer = get(production.url, path, headers)
    # The line is written after the answer.
    end = time.monotonic() + 5
    lines: list[str] = []
    while not access_lines(lines) and time.monotonic() < end:
        time.sleep(0.01)
        lines = production.written()[before:].splitlines()
    return [answer.headers["X-Request-ID"], *lines]


def access_lines(lines: list[str]) -> list[re.Match[str]]:
    return list(filter(None, map(LINE.fullmatch, lines)))


def test_a_line_has_time_and_request_id(production: Served) -> None:
    request_id, *lines = lines_of(
        production, "/login?next=/notes", **{"X-Forwarded-For": "203.0.113.9"}
    )
    [line] = access_lines(lines)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/login", "200")
    assert line["id"] == request_id
    assert line["address"] == "203.0.113.9"


@pytest.mark.parametrize("path", SECRET_PATHS)
def test_an_invitation_is_not_written(path: str, production: Served) -> None:
    _, *lines = lines_of(production, path)
    [line] = access_lines(lines)
    assert "invite/..." in line["path"]
    assert TOKEN not in "".join(lines)


def test_no_other_token_is_written(production: Served, app: RunningApp) -> None:
    """A link may be mangled in any way."""
    token = "Zr2-" * 10
    for path in (f"/invit/{token}", f"/invite{token}", f"/x%2F{token}/y"):
        _, *lines = lines_of(production, path)
        [line] = access_lines(lines)
        assert line["path"].count("...") == 1
        assert token not in "".join(lines)
        get(app.url, path)
    assert token not in app.log_text()


def test_a_line_is_short(production: Served) -> None:
    _, *lines = lines_of(production, "/" + "%22" * 2600)
    [line] = access_lines(lines)
    assert len(line["path"]) <= 503
    assert len("".join(lines)) < 2000


def test_a_line_cannot_be_forged(production: Served) -> None:
    _, *lines = lines_of(production, FORGED)
    [line] = access_lines(lines)
    assert line["status"] == "404"
    assert line["path"].lower() == FORGED.lower()
    for text in lines:
        assert text.isprintable()


@pytest.mark.parametrize("path", [*SECRET_PATHS, FORGED])
def test_the_development_server(path: str, app: RunningApp) -> None:
    """Its line has the request id too."""
    answer = get(app.url, path)
    assert TOKEN not in app.log_text()
    [line] = [record for record in app.log if record.name == "werkzeug"]
    assert line.fields["request_id"] == answer.headers["X-Request-ID"]
    text = re.sub(r"\x1b\[\d+m", "", line.getMessage()).strip()
    assert text.isprintable()


def test_a_long_code_is_taken(production: Served) -> None:
    """Some providers send codes of almost 4096 characters, and parameters of their own beside."""
    query = f"code={'c' * 3900}&state={'s' * 43}&session_state={'x' * 300}&client_info={'y' * 300}"
    _, *lines = lines_of(production, f"/callback/op?{query}")
    [line] = access_lines(lines)
    assert line["status"] == "303"
    assert "unknown_state" in "".join(lines)
