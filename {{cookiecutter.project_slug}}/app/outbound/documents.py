"""The documents that providers publish, fetched once and kept for the whole process."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from joserfc.jwk import Key

from ..oauth.discovery import declared_metadata, metadata_url, read_keys, read_metadata
from ..oauth.errors import OAuthError
from ..oauth.provider import Provider
from .http import Http

FRESH_SECONDS = 3600
STALE_SECONDS = 86400
COOL_DOWN_SECONDS = 30
WAIT_SECONDS = 2.0


class Documents:
    """Metadata and keys: fresh for an hour, used for a day while no newer ones are to be had."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._kept: dict[str, _Kept] = {}

    def server(self, provider: Provider) -> Mapping[str, Any]:
        """Return a provider's metadata: what it declares, or what its issuer publishes.

        Raises InvalidResponse, ProviderUnavailable.
        """
        if not provider.discovered:
            return declared_metadata(provider)
        loopback = self._http.loopback
        server: Mapping[str, Any] = self._document(
            provider,
            metadata_url(provider),
            lambda found: read_metadata(provider, found, loopback=loopback),
        ).value
        return server

    def keys(self, provider: Provider, jwks_uri: str) -> list[Key]:
        """Return the keys that a provider signs with.  Raises InvalidResponse and others."""
        keys: list[Key] = self._document(provider, jwks_uri, read_keys).value
        return keys

    def newer_keys(self, provider: Provider, jwks_uri: str) -> list[Key]:
        """Return the keys fetched anew, where no known one fits: they may have been changed.

        Once a fetch brought nothing new, the next is made after a cool-down: tokens that name keys
        which do not exist must not become a flood of requests.  Who comes while one is under way
        waits for what it brings.  Spec: OpenID Connect Core 1.0 §10.1.1.
        """
        kept = self._document(provider, jwks_uri, read_keys)
        known: list[Key] = kept.value
        if not kept.lock.acquire(timeout=WAIT_SECONDS):
            return known
        try:
            newer = self._kept[jwks_uri]
            now = time.monotonic()
            if newer is kept and now >= kept.cool_until:
                kept.cool_until = now + COOL_DOWN_SECONDS
                newer = self._fetch(provider, jwks_uri, read_keys)
        finally:
            kept.lock.release()
        keys: list[Key] = newer.value
        if {key.thumbprint() for key in keys} == {key.thumbprint() for key in known}:
            newer.cool_until = kept.cool_until
        return keys

    def _document(self, provider: Provider, url: str, read: Callable[[Any], Any]) -> "_Kept":
        kept = self._kept.get(url)
        now = time.monotonic()
        if kept is None:
            return self._fetch(provider, url, read)
        expired = now > kept.fetched_at + STALE_SECONDS
        if now < kept.fresh_until and not expired:
            return kept
        kept.fresh_until = now + COOL_DOWN_SECONDS
        try:
            return self._fetch(provider, url, read)
        except OAuthError:
            if expired:
                raise
            return kept

    def _fetch(self, provider: Provider, url: str, read: Callable[[Any], Any]) -> "_Kept":
        kept = _Kept(read(self._http.get_json(provider.name, "", url)))
        self._kept[url] = kept
        return kept


class _Kept:
    """A document, when it was fetched, and until when it is not fetched again."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.fetched_at = time.monotonic()
        self.fresh_until = self.fetched_at + FRESH_SECONDS
        self.cool_until = 0.0
        self.lock = threading.Lock()
