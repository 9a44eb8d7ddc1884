"""Metadata and keys, fetched once and kept."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc.jwk import ECKey

from app.oauth.errors import InvalidResponse, ProviderUnavailable
from app.outbound import documents
from app.outbound.documents import Documents
from tests.examples import OPENID, PLAIN, SERVER

METADATA_URL = "https://id.example/.well-known/openid-configuration"
KEYS_URL = SERVER["jwks_uri"]
HOUR, DAY = 3600, 86400


def key_set(*names):
    return {"keys": [ECKey.generate_key("P-256", {"kid": n}).as_dict(private=False) for n in names]}


@dataclass
class Published:
    """Takes the place of `Http`: documents by URL, and what was asked for."""

    found: dict[str, Any]
    loopback: bool = False
    asked: list[str] = field(default_factory=list)

    def get_json(self, _provider, _bearer, url):
        self.asked.append(url)
        if url not in self.found:
            raise ProviderUnavailable("down")
        return self.found[url]


@pytest.fixture
def published():
    return Published({METADATA_URL: SERVER, KEYS_URL: key_set("first")})


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def names(keys):
    return [key.kid for key in keys]


def test_metadata_is_fetched_once_an_hour(published, clock):
    kept = Documents(published)

    assert kept.server(OPENID) == kept.server(OPENID) == SERVER
    assert published.asked == [METADATA_URL]
    clock.now += HOUR + 1
    kept.server(OPENID)
    assert published.asked == [METADATA_URL] * 2


def test_a_declared_provider_is_not_asked(published):
    assert Documents(published).server(PLAIN)["token_endpoint"] == "https://plain.example/token"
    assert not published.asked


def test_bad_metadata_is_not_kept(published):
    published.found[METADATA_URL] = SERVER | {"issuer": "https://evil.example"}
    kept = Documents(published)

    with pytest.raises(InvalidResponse):
        kept.server(OPENID)
    published.found[METADATA_URL] = SERVER
    assert kept.server(OPENID) == SERVER


def test_a_provider_that_is_down_for_a_day(published, clock):
    kept = Documents(published)
    kept.server(OPENID)
    del published.found[METADATA_URL]

    clock.now += HOUR + 1
    assert kept.server(OPENID) == kept.server(OPENID) == SERVER
    assert len(published.asked) == 2  # not with each login
    clock.now += DAY
    with pytest.raises(ProviderUnavailable):
        kept.server(OPENID)


def test_changed_keys_are_fetched_when_they_are_needed(published):
    kept = Documents(published)

    assert names(kept.keys(OPENID, KEYS_URL)) == ["first"]
    published.found[KEYS_URL] = key_set("first", "second")
    assert names(kept.keys(OPENID, KEYS_URL)) == ["first"]
    assert names(kept.newer_keys(OPENID, KEYS_URL)) == ["first", "second"]
    assert names(kept.keys(OPENID, KEYS_URL)) == ["first", "second"]


def test_unknown_keys_are_no_flood_of_requests(published, clock):
    kept = Documents(published)
    for _ in range(10):
        kept.newer_keys(OPENID, KEYS_URL)

    assert len(published.asked) == 2
    clock.now += documents.COOL_DOWN_SECONDS + 1
    kept.newer_keys(OPENID, KEYS_URL)
    assert len(published.asked) == 3


def test_keys_that_change_twice_in_a_row(published):
    kept = Documents(published)
    kept.keys(OPENID, KEYS_URL)

    for name in ("second", "third"):
        published.found[KEYS_URL] = key_set(name)
        assert names(kept.newer_keys(OPENID, KEYS_URL)) == [name]


def test_nobody_waits_long_for_somebody_else_s_fetch(published, monkeypatch):
    monkeypatch.setattr(documents, "WAIT_SECONDS", 0)
    kept = Documents(published)
    kept.keys(OPENID, KEYS_URL)

    with kept._kept[KEYS_URL].lock:
        assert names(kept.newer_keys(OPENID, KEYS_URL)) == ["first"]
