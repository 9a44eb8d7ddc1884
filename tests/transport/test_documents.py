"""Metadata and keys, fetched once and kept."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from app.signin.oauth.errors import InvalidResponse, ProviderUnavailable
from app.signin.oauth.provider import Provider
from app.signin.oauth.transport import documents
from app.signin.oauth.transport.documents import Documents
from joserfc.jwk import ECKey

from .conftest import METADATA, OPENID

METADATA_URL = "https://id.example/.well-known/openid-configuration"
KEYS_URL = METADATA["jwks_uri"]
HOUR, DAY = 3600, 86400


def key_set(*names: str) -> dict[str, Any]:
    return {"keys": [ECKey.generate_key("P-256", {"kid": n}).as_dict(private=False) for n in names]}


@dataclass
class Published:
    """Takes the place of `Http`: documents by URL, and what was asked for."""

    found: dict[str, Any]
    loopback: bool = False
    http_hosts: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def call(self, _provider: str, _token: str, url: str, *, kind: str) -> Any:
        assert kind
        self.asked.append(url)
        if url not in self.found:
            raise ProviderUnavailable("down")
        return self.found[url]


@pytest.fixture
def published() -> Published:
    return Published({METADATA_URL: METADATA, KEYS_URL: key_set("first")})


@pytest.fixture
def kept(published: Published) -> Documents:
    return Documents(published)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def keys(kept: Documents) -> list[str]:
    return [key.kid for key in kept.keys(OPENID, METADATA)]


def newer_keys(kept: Documents) -> list[str]:
    return [key.kid for key in kept.newer_keys(OPENID, METADATA)]


def test_metadata_is_fetched_once_an_hour(
    kept: Documents, published: Published, clock: SimpleNamespace
) -> None:
    assert kept.metadata(OPENID) == kept.metadata(OPENID) == METADATA
    assert published.asked == [METADATA_URL]
    clock.now += HOUR + 1
    kept.metadata(OPENID)
    assert published.asked == [METADATA_URL] * 2


def test_a_provider_that_is_declared_is_not_asked(kept: Documents, published: Published) -> None:
    endpoint = "https://plain.example/authorize"
    plain = Provider(name="plain", label="Plain", authorization_endpoint=endpoint)

    assert kept.metadata(plain) == {"authorization_endpoint": endpoint}
    assert not published.asked


def test_bad_metadata_is_not_kept(kept: Documents, published: Published) -> None:
    published.found[METADATA_URL] = METADATA | {"issuer": "https://evil.example"}
    with pytest.raises(InvalidResponse):
        kept.metadata(OPENID)

    published.found[METADATA_URL] = METADATA
    assert kept.metadata(OPENID) == METADATA


def test_a_provider_may_be_down_for_a_day(
    kept: Documents, published: Published, clock: SimpleNamespace
) -> None:
    kept.metadata(OPENID)
    del published.found[METADATA_URL]

    clock.now += HOUR + 1
    assert kept.metadata(OPENID) == kept.metadata(OPENID) == METADATA
    assert len(published.asked) == 2, "it is asked with each login"
    clock.now += DAY
    with pytest.raises(ProviderUnavailable):
        kept.metadata(OPENID)


def test_changed_keys_are_fetched_when_they_are_needed(
    kept: Documents, published: Published
) -> None:
    assert keys(kept) == ["first"]
    published.found[KEYS_URL] = key_set("first", "second")
    assert keys(kept) == ["first"]
    assert newer_keys(kept) == ["first", "second"]
    assert keys(kept) == ["first", "second"]


def test_unknown_keys_are_no_flood_of_requests(
    kept: Documents, published: Published, clock: SimpleNamespace
) -> None:
    for _ in range(10):
        newer_keys(kept)

    assert len(published.asked) == 2
    clock.now += documents.COOL_DOWN_SECONDS + 1
    newer_keys(kept)
    assert len(published.asked) == 3


def test_keys_that_change_twice_in_a_row(kept: Documents, published: Published) -> None:
    assert keys(kept) == ["first"]
    for name in ("second", "third"):
        published.found[KEYS_URL] = key_set(name)
        assert newer_keys(kept) == [name]


def test_nobody_waits_long_for_somebody_else_s_fetch(
    kept: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "WAIT_SECONDS", 0)
    assert keys(kept) == ["first"]

    with kept._cache["openid", "keys", KEYS_URL].lock:
        assert newer_keys(kept) == ["first"]
