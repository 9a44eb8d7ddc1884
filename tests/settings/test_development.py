"""Development is not open to the internet by accident, and runs on with half of the settings."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from harness.app_server import TEMPLATE, running_app
from harness.browser import Browser
from harness.ports import free_port

from .reading import DEVELOPMENT, GITHUB, PRODUCTION, load, problems

HERE = ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"]
ELSEWHERE = [
    "https://app.example.org",
    "http://192.168.1.20:8000",
    "https://quiet-otter-8000.app.example",
    "http://localhost.example.org",
]


@pytest.mark.parametrize("url", [*HERE, "http://app.localhost:8000"])
def test_the_practice_provider_is_on_where_the_app_is_at_this_machine(url: str) -> None:
    found = load(DEVELOPMENT | {"PUBLIC_URL": url})
    assert found.practice_provider
    assert found.notices == ()
    assert not load(DEVELOPMENT | {"PUBLIC_URL": url, "PRACTICE_PROVIDER": "off"}).practice_provider


@pytest.mark.parametrize("url", ELSEWHERE)
def test_it_is_off_elsewhere_unless_the_owner_wants_it(url: str) -> None:
    found = load(DEVELOPMENT | {"PUBLIC_URL": url})
    assert not found.practice_provider
    [notice] = found.notices
    assert notice.startswith("APP_ENV is development, but PUBLIC_URL is not this machine")
    wanted = load(DEVELOPMENT | {"PUBLIC_URL": url, "PRACTICE_PROVIDER": "on"})
    assert wanted.practice_provider
    assert wanted.notices == (notice,)


def test_production_has_none() -> None:
    assert not load({}).practice_provider
    assert not load({"PRACTICE_PROVIDER": "off"}).practice_provider
    assert problems({"PRACTICE_PROVIDER": "on"}) == ["PRACTICE_PROVIDER must be off in production"]
    assert problems({"PRACTICE_PROVIDER": "maybe"})[0].startswith("PRACTICE_PROVIDER must be")


def test_a_public_development_server_signs_nobody_in(sqlite_url: str) -> None:
    environ = {"PUBLIC_URL": "https://app.example.org"}
    with running_app(sqlite_url, environ) as app:
        browser = Browser(app.url)
        browser.headers["Host"] = "app.example.org"
        page = browser.get(f"{app.url}/login")
        assert page.status_code == 200
        assert "Practice provider" not in page.text
        assert "PRACTICE_PROVIDER" in browser.get(f"{app.url}/dev/setup").text
        for name in ("practice", "practice-github"):
            assert browser.get(f"{app.url}/login/{name}").status_code == 404
            assert browser.get(f"{app.url}/callback/{name}").status_code == 404
        for path in ("/dev/practice/authorize", "/dev/practice/token", "/dev/practice/jwks"):
            assert browser.get(f"{app.url}{path}").status_code == 404
            assert browser.post(f"{app.url}{path}").status_code in (400, 404)


STRANGERS = {
    "a proxy": {"X-Forwarded-For": "203.0.113.5"},
    "a proxy that tells the host": {
        "Host": "app.example.org",
        "X-Forwarded-Host": "PUBLIC",
        "X-Forwarded-For": "203.0.113.5",
    },
    "the newer header": {"Forwarded": "for=203.0.113.5;host=localhost"},
    "another common header": {"X-Real-IP": "203.0.113.5"},
}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("proxies", ["0", "1"])
def test_strangers_who_reach_a_development_server_are_not_signed_in(
    proxies: str, headers: dict[str, str], sqlite_url: str
) -> None:
    with running_app(sqlite_url, {"TRUSTED_PROXIES": proxies}) as app:
        browser = Browser(app.url)
        public = app.url.removeprefix("http://")
        sent = {name: value.replace("PUBLIC", public) for name, value in headers.items()}
        for path in (
            "/login/practice",
            "/login/practice-github",
            "/dev/practice/authorize",
            "/dev/practice-github/user",
        ):
            answer = browser.get(app.url + path, headers=sent, allow_redirects=False)
            assert answer.status_code == 403
            assert "PRACTICE_PROVIDER=on" in answer.text
        reasons = [getattr(record, "fields", {}).get("reason") for record in app.log]
        assert reasons.count("practice_elsewhere") == 4
        # Its owner, at this machine, goes on.
        assert browser.get(f"{app.url}/login/practice").status_code == 200


def test_a_host_that_somebody_made_up_is_not_taken(sqlite_url: str) -> None:
    with running_app(sqlite_url) as app:
        public = app.url.removeprefix("http://")
        headers = {"Host": "app.example.org", "X-Forwarded-Host": public}
        answer = Browser(app.url).post(f"{app.url}/logout", headers=headers)
        assert answer.status_code == 400
        assert "app.example.org" in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("127.0.0.1", 200),
        ("127.1.2.3", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("172.17.0.1", 403),
        ("::ffff:203.0.113.5", 403),
        ("2001:db8::1", 403),
        ("", 403),
    ],
)
@pytest.mark.parametrize("setting", [{}, {"PRACTICE_PROVIDER": "on"}], ids=["unset", "on"])
def test_the_practice_provider_is_for_this_machine_alone(
    setting: dict[str, str], address: str, status: int, sqlite_url: str
) -> None:
    with running_app(sqlite_url, setting) as app:
        client = app.app.test_client()
        answer = client.get(
            "/login/practice", base_url=app.url, environ_base={"REMOTE_ADDR": address}
        )
        assert answer.status_code == (200 if setting else status)


def test_each_start_warns(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with running_app(sqlite_url, {"PUBLIC_URL": "https://app.example.org", "SESION_MAX_DAYS": "7"}):
        told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any("APP_ENV is development" in line for line in told)
    assert any("SESION_MAX_DAYS" in line for line in told)


@pytest.fixture
def gunicorn(sqlite_url: str) -> Callable[..., tuple[int, str]]:
    """Run `gunicorn` for up to `seconds`; return its exit code and output."""

    def run(seconds: int = 5, **environ: str) -> tuple[int, str]:
        command = ["timeout", str(seconds), sys.executable, "-m", "gunicorn"]
        env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        env |= PRODUCTION | {"DATABASE_URL": sqlite_url, **environ}
        done = subprocess.run(
            command, cwd=TEMPLATE, env=env, check=False, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize("url", ["https://app.example.org", "http://localhost:8000"])
def test_gunicorn_refuses_development(url: str, gunicorn: Callable[..., tuple[int, str]]) -> None:
    bind = f"127.0.0.1:{free_port()}"
    code, output = gunicorn(60, APP_ENV="development", PUBLIC_URL=url, BIND=bind)
    assert code == 1
    assert "gunicorn serves production only: set APP_ENV=production" in output
    assert "Listening" not in output
    assert "Traceback" not in output


def test_gunicorn_listens_where_the_platform_says(
    gunicorn: Callable[..., tuple[int, str]],
) -> None:
    port, other = free_port(), free_port()
    assert f"Listening at: http://0.0.0.0:{port} " in gunicorn(PORT=str(port))[1]
    both = gunicorn(PORT=str(port), BIND=f"127.0.0.1:{other}")[1]
    assert f"Listening at: http://127.0.0.1:{other} " in both


def test_each_page_names_what_is_missing(sqlite_url: str) -> None:
    half = {"GITHUB_CLIENT_ID": "our-id", "GITHUB_CLIENTSECRET": "our-secret"}
    with running_app(sqlite_url, half) as app:
        for path in ("/", "/login", "/dev/setup"):
            page = Browser(app.url).get(app.url + path)
            assert page.status_code == 200
            assert "GITHUB_CLIENT_SECRET is missing for GitHub" in page.text
            assert "GITHUB_CLIENTSECRET is not a setting of this app" in page.text
            assert "our-id" not in page.text
        assert Browser(app.url).get(f"{app.url}/login/practice").status_code == 200
        assert Browser(app.url).get(f"{app.url}/login/github").status_code == 404
    with running_app(sqlite_url, GITHUB) as app:
        assert "alert-warning" not in Browser(app.url).get(app.url).text


def test_visitors_of_production_see_nothing_of_it(sqlite_url: str) -> None:
    from app import create_app

    environ = PRODUCTION | {"DATABASE_URL": sqlite_url, "SESION_MAX_DAYS": "7"}
    app = create_app(environ)
    page = app.test_client().get("/", base_url="https://app.example.org")
    assert page.status_code == 200
    assert "SESION_MAX_DAYS" not in page.text


@pytest.mark.parametrize(("value", "subdomains"), [("0", False), ("1", True), (None, False)])
def test_hsts_for_the_hosts_below_is_the_owner_s_choice(
    value: str | None, subdomains: bool, sqlite_url: str
) -> None:
    from app import create_app

    setting = {} if value is None else {"HSTS_SUBDOMAINS": value}
    app = create_app(PRODUCTION | {"DATABASE_URL": sqlite_url} | setting)
    answer = app.test_client().get("/", base_url="https://app.example.org")
    hsts = answer.headers["Strict-Transport-Security"]
    assert hsts == "max-age=63072000" + ("; includeSubDomains" if subdomains else "")
