"""`flask doctor`: what it finds, what it warns of, and what it says it could not check."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.app_server import running_app
from harness.counting_provider import CountingProvider, counting_provider
from harness.ports import free_port

Doctor = Callable[..., tuple[int, list[str]]]


@pytest.fixture(scope="module")
def provider() -> Iterator[CountingProvider]:
    with counting_provider() as made:
        yield made


@pytest.fixture
def doctor(sqlite_url: str) -> Doctor:
    def run(**settings: str) -> tuple[int, list[str]]:
        with running_app(sqlite_url, settings) as app:
            done = app.app.test_cli_runner().invoke(args=["doctor"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, [" ".join(line.split()) for line in done.output.splitlines()]

    return run


ANSWERS: dict[str, tuple[Any, str]] = {
    "the code is wrong": ({"error": "bad_verification_code"}, "ok"),
    "the secret is wrong": ({"error": "incorrect_client_credentials"}, "FAIL"),
    "the client is wrong": ({"error": "invalid_client"}, "FAIL"),
    "something else": ({"error": "slow_down"}, "-"),
    "a token": ({"access_token": "x", "token_type": "bearer"}, "-"),
    "no JSON object": (["x"], "-"),
}


@pytest.mark.parametrize(("answer", "result"), ANSWERS.values(), ids=ANSWERS)
def test_the_credentials_are_tried(
    answer: Any,
    result: str,
    doctor: Doctor,
    provider: CountingProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = CountingProvider._answers | {"POST /login/oauth/access_token": lambda *_: answer}
    monkeypatch.setattr(CountingProvider, "_answers", answers)
    provider.take_calls()
    code, lines = doctor(**provider.settings_for("github"))
    [line] = [line for line in lines if "github: client ID and secret" in line]
    assert line.split()[0] == result
    assert ("not checked" in line) == (result == "-")
    assert code == (result == "FAIL")
    first, *others = [call.name for call in provider.take_calls()]
    assert first == "POST /login/oauth/access_token"
    assert others == ([] if result == "FAIL" else ["GET /login/oauth/authorize"])


def test_a_provider_that_does_not_answer_is_one_failure(doctor: Doctor) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    client = {"CLIENT_ID": "a", "CLIENT_SECRET": "b"}
    for settings in (
        {"GITHUB_BASE_URL": dead, **{f"GITHUB_{n}": v for n, v in client.items()}},
        {"OIDC_OP_ISSUER": dead, **{f"OIDC_OP_{n}": v for n, v in client.items()}},
    ):
        code, lines = doctor(**settings)
        assert code == 1
        [failed] = [line for line in lines if line.startswith("FAIL")]
        assert "not checked" in failed or dead in failed
        last = [line for line in lines if not line.startswith("info")][-1]
        assert "client ID and secret: not checked" in last


def test_redis_is_asked(doctor: Doctor) -> None:
    dead = f"redis://127.0.0.1:{free_port()}"
    code, lines = doctor(RATELIMIT_STORAGE_URI=dead)
    assert code == 1
    where = dead.removeprefix("redis://")
    why = f"Redis does not answer: nothing answers at {where}"
    do = "start the server there, or correct RATELIMIT_STORAGE_URI"
    assert f"FAIL rate limits: {why}: {do}" in lines
    assert not any("Redis" in line for line in doctor()[1])


def test_redis_answers(doctor: Doctor) -> None:
    redis = pytest.importorskip("redis")
    try:
        redis.Redis().ping()
    except redis.exceptions.ConnectionError:
        pytest.skip("Redis is not running")
    assert "ok rate limits: Redis answers" in doctor(RATELIMIT_STORAGE_URI="redis://127.0.0.1")[1]


PRIVATE = ["192.168.1.20:8000", "10.0.0.1", "[fd00::1]:8000", "nas", "nas.local", "app.internal"]


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_that_providers_refuse(
    host: str, doctor: Doctor, provider: CountingProvider
) -> None:
    settings = provider.settings_for("google") | {"PUBLIC_URL": f"http://{host}"}
    found = [line for line in doctor(**settings)[1] if line.startswith("warn PUBLIC_URL: ")]
    assert len(found) == 1
    assert "Google" in found[0]


@pytest.mark.parametrize("url", ["http://localhost:8000", "https://app.example.org"])
def test_an_address_that_providers_accept(
    url: str, doctor: Doctor, provider: CountingProvider
) -> None:
    lines = doctor(**provider.settings_for("google"), PUBLIC_URL=url)[1]
    assert not [line for line in lines if line.startswith("warn PUBLIC_URL: ")]


def test_the_port_of_flask_run(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_RUN_PORT", "8302")
    [told] = [line for line in doctor(PUBLIC_URL="http://localhost:8000")[1] if "8302" in line]
    assert told == (
        "warn PUBLIC_URL: has port 8000, but flask run serves 8302 (FLASK_RUN_PORT): set it to"
        " http://localhost:8302"
    )
    for url in ("http://localhost:8302", "https://app.example.org"):
        assert not [line for line in doctor(PUBLIC_URL=url)[1] if "8302" in line]


def test_what_the_settings_lack(doctor: Doctor) -> None:
    code, lines = doctor(GITHUB_CLIENT_ID="a", SESION_MAX_DAYS="7")
    assert code == 1
    assert "FAIL settings: GITHUB_CLIENT_SECRET is missing for GitHub" in lines
    assert any(re.match("warn settings: SESION_MAX_DAYS is not a setting", line) for line in lines)
    assert "ok settings" not in lines
    code, lines = doctor(SESION_MAX_DAYS="7")
    assert code == 0


def test_what_needs_a_database_is_not_checked_without_one(
    doctor: Doctor, provider: CountingProvider, tmp_path: Any
) -> None:
    settings = provider.settings_for("alpha") | {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    code, lines = doctor(**settings)
    assert code == 1
    assert "- alpha: stored identities: not checked, the database is not ready" in lines
