"""What Prometheus reads, who may read it, and what never becomes a label."""

import json
import re
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from app.metrics.labels import REASONS
from app.signin.config import ROOT, ConfigError
from tests.test_docs import reasons

TOKEN = "a-token-of-prometheus-0123456789-abcdefgh"
READER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def app(make_app):
    return make_app({"METRICS_TOKEN": TOKEN})


def key(*words):
    """Return the key of a series: its name and the values of its labels, in any order."""
    return frozenset(words)


def numbers(browser):
    """Return the value of each series that Prometheus reads, by its `key`."""
    answer = browser.get("/metrics", headers=READER)
    assert answer.status_code == 200
    return {
        key(sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_login_is_counted(browser):
    assert browser.sign_in().location == "/"
    found = numbers(browser)

    assert found[key("signin_logins_total", "fake", "sign_up", "none")] == 1
    for kind in ("metadata", "token", "keys"):
        assert found[key("signin_provider_call_seconds_count", "fake", kind)] == 1
    assert found[key("app_requests_total", "signin.callback", "GET", "303")] == 1
    assert found[key("app_request_seconds_count", "signin.callback")] == 1
    assert not [key for key in found if "signin_provider_call_failures_total" in key]
    assert found[key("app_database_connections")] == 0
    assert found[key("app_database_connections_limit")] == 70


def test_a_refused_and_a_cancelled_login(browser, fake):
    fake.claims = {"aud": "somebody-else"}
    browser.sign_in()
    fake.behave()
    fake.answer = {"code": None, "error": "access_denied"}
    browser.sign_in()
    found = numbers(browser)

    assert found[key("signin_logins_total", "fake", "refused", "invalid_id_token")] == 1
    assert found[key("signin_logins_total", "fake", "cancelled", "none")] == 1


def test_a_slow_provider_and_one_that_does_not_answer(make_app, fake):
    app = make_app({"METRICS_TOKEN": TOKEN, "PROVIDER_TIMEOUT_SECONDS": "1"})
    browser = app.test_client()
    fake.meanwhile = lambda: time.sleep(0.4)
    browser.sign_in()
    slow = numbers(browser)
    fake.meanwhile = lambda: time.sleep(1.3)
    browser.sign_in()
    found = numbers(browser)

    assert slow[key("signin_provider_call_seconds_bucket", "fake", "token", "0.3")] == 0
    assert slow[key("signin_provider_call_seconds_bucket", "fake", "token", "0.75")] == 1
    assert found[key("signin_provider_call_failures_total", "fake", "token")] == 1
    assert found[key("signin_provider_call_seconds_count", "fake", "token")] == 2
    assert found[key("signin_logins_total", "fake", "refused", "provider_unavailable")] == 1


def test_a_rate_limit_and_other_events(make_app):
    app = make_app({"METRICS_TOKEN": TOKEN, "RATELIMIT_ENABLED": "1", "RATELIMIT_LOGIN": "1/hour"})
    browser = app.test_client()
    browser.start()
    assert browser.press("/login/fake").status_code == 429
    found = numbers(browser)

    assert found[key("signin_rate_limited_total", "too_many_starts")] == 1
    assert found[key("app_requests_total", "signin.start", "POST", "429")] == 1
    assert browser.post("/login/fake").status_code == 400
    assert numbers(browser)[key("signin_events_total", "form_refused", "csrf")] == 1


def test_nothing_of_a_request_makes_a_series(browser, fake):
    def series():
        return set(numbers(browser))

    def visit(word):
        browser.get(f"/{word}")
        browser.get(f"/login/{word}")
        browser.get(f"/callback/{word}?state=x&code={word}")
        browser.get(f"/callback/fake?state={word}&code={word}")
        browser.open("/login", method=word.upper())
        fake.answer = {"code": None, "error": f"{word}_{word}"}
        browser.sign_in()

    visit("one")
    before = series()
    for word in ("two", "three", "four"):
        visit(word)

    assert series() == before
    text = browser.get("/metrics", headers=READER).text
    assert 'reason="other"' in text
    assert not re.search(r"one|two|three|\bada|1815|@|127\.0\.0", text.replace("none", ""), re.I)


def test_all_that_a_label_holds_is_known_beforehand(browser, app):
    browser.sign_in()
    answer = browser.get("/metrics", headers=READER).text
    endpoints = {*app.view_functions, "none"}
    allowed = {
        "provider": {*app.extensions["metrics"].providers, "none", "other"},
        "reason": {*REASONS, "none", "other"},
        "kind": {"token", "userinfo", "metadata", "keys"},
        "endpoint": endpoints,
    }

    for family in text_string_to_metric_families(answer):
        for sample in family.samples:
            for name, values in allowed.items():
                assert sample.labels.get(name) in {None, *values}


def test_every_reason_is_a_label():
    assert reasons() - REASONS == set()


STRANGERS = (None, "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xff")


def test_to_a_stranger_there_is_no_such_page(browser):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        for authorization in STRANGERS:
            headers = {"Authorization": authorization} if authorization else {}
            answers = [
                browser.open(path, method=method, headers=headers)
                for path in ("/metrics", "/nothing")
            ]

            assert [answer.status_code for answer in answers] == [404, 404]
            first, second = (re.sub(r"\b[0-9a-f]{16}\b", "", answer.text) for answer in answers)
            assert first == second
            assert set(answers[0].headers.keys()) == set(answers[1].headers.keys())


def test_a_port_of_its_own(make_app):
    """For this machine it needs no token; it has nothing of the app."""
    app = make_app({"METRICS_BIND": "[::1]:9464"})
    address, numbers_alone = app.extensions["metrics_port"]
    port = Client(numbers_alone)

    assert address == ("::1", 9464)
    assert "signin_logins" in port.get("/metrics").text
    assert [port.get(path).status_code for path in ("/", "/login", "/metrics/")] == [404] * 3
    assert app.test_client().get("/metrics").status_code == 404


def test_without_a_setting_nothing_is_counted(make_app):
    app = make_app()
    browser = app.test_client()
    browser.sign_in()

    assert browser.get("/metrics", headers=READER).status_code == 404
    assert browser.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert "metrics" not in app.extensions
    assert type(app.wsgi_app).__name__ == "method"


def test_the_token_from_a_file(make_app, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    browser = make_app({"METRICS_TOKEN_FILE": str(file)}).test_client()

    assert browser.get("/metrics", headers=READER).status_code == 200
    assert browser.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN must be at least 32 random characters"),
        ({"METRICS_TOKEN": f"{TOKEN} x"}, "METRICS_TOKEN must be ASCII characters without a space"),
        ({"METRICS_TOKEN_FILE": "/nowhere"}, "METRICS_TOKEN_FILE names a file that cannot be read"),
        ({"METRICS_BIND": "9464"}, "METRICS_BIND must be an address and a port"),
        ({"METRICS_BIND": "127.0.0.1:x"}, "METRICS_BIND must be an address and a port"),
        ({"METRICS_BIND": "0.0.0.0:9464"}, "METRICS_TOKEN must be set, too"),
        ({"METRICS_BIND": "[::]:9464"}, "METRICS_TOKEN must be set, too"),
    ],
)
def test_a_wrong_setting_is_told_and_its_value_is_not(make_app, settings, said):
    with pytest.raises(ConfigError) as told:
        make_app(settings)

    assert said in str(told.value)
    assert TOKEN not in str(told.value)


def test_a_misspelt_setting_is_told(make_app):
    app = make_app({"METRIC_TOKEN": TOKEN})

    told = app.extensions["signin"].settings.told
    assert any("did you mean METRICS_TOKEN?" in line for line in told)


def test_the_dashboard_asks_for_what_there_is(browser, app):
    browser.sign_in()
    answer = browser.get("/metrics", headers=READER).text
    names = {
        sample.name
        for family in text_string_to_metric_families(answer)
        for sample in family.samples
    } | {f"{family.name}_total" for family in text_string_to_metric_families(answer)}
    dashboard = json.loads((ROOT / "docs" / "metrics" / "dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]

    assert len(queries) > 8
    for query in queries:
        asked = set(re.findall(r"\b(?:app|signin)_\w+", query))
        assert asked
        assert asked <= names, query
