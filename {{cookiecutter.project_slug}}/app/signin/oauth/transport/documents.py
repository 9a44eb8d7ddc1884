"""The documents that providers publish, fetched once and kept for the whole process."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from joserfc.jwk import Key

from ..discovery import declared_metadata, read_keys, read_metadata
from ..errors import OAuthError
from ..provider import Provider
from .http import Http

FRESH_SECONDS = 3600
STALE_SECONDS = 86400
COOL_DOWN_SECONDS = 30
WAIT_SECONDS = 2.0

log = logging.getLogger(__name__)

# The provider's name, "metadata" or "keys", and the URL.
DocumentKey = tuple[str, str, str]


@dataclass
class CachedDocument:
    """A document, when it was fetched, and until when it is not fetched again."""

    value: Any
    fetched_at: float
    fresh_until: float
    cool_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Documents:
    """Metadata and keys: cached for an hour, and used for up to a day if refreshing fails."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._cache: dict[DocumentKey, CachedDocument] = {}

    def metadata(self, provider: Provider) -> Mapping[str, Any]:
        """Return a provider's metadata: what it declares, or what it publishes.

        Raises InvalidResponse, ProviderUnavailable.
        """
        if not provider.uses_discovery:
            return declared_metadata(provider)
        http = self._http
        read = partial(read_metadata, provider, loopback=http.loopback, http_hosts=http.http_hosts)
        key = (provider.name, "metadata", provider.discovery_url)
        metadata: Mapping[str, Any] = self._get(key, read).value
        return metadata

    def keys(self, provider: Provider, metadata: Mapping[str, Any]) -> list[Key]:
        """Return the keys that a provider signs with.  Raises OAuthError."""
        key = (provider.name, "keys", metadata["jwks_uri"])
        keys: list[Key] = self._get(key, read_keys).value
        return keys

    def newer_keys(self, provider: Provider, metadata: Mapping[str, Any]) -> list[Key]:
        """Return newly fetched keys, for a token that no known key has signed.

        Concurrent callers wait for a fetch in progress.  A fetch that found no new keys starts a
        cool-down, so tokens with made-up keys cannot cause a flood of requests.
        Spec: OpenID Connect Core 1.0 §10.1.1.
        """
        key = (provider.name, "keys", metadata["jwks_uri"])
        cached = self._get(key, read_keys)
        known: list[Key] = cached.value
        if not cached.lock.acquire(timeout=WAIT_SECONDS):
            return known
        try:
            newer = self._cache[key]
            if newer is cached and time.monotonic() >= cached.cool_until:
                cached.cool_until = time.monotonic() + COOL_DOWN_SECONDS
                newer = self._fetch(key, read_keys)
        finally:
            cached.lock.release()
        keys: list[Key] = newer.value
        if {key.thumbprint() for key in keys} == {key.thumbprint() for key in known}:
            newer.cool_until = cached.cool_until
        return keys

    def _get(self, key: DocumentKey, read: Callable[[Any], Any]) -> CachedDocument:
        cached = self._cache.get(key)
        now = time.monotonic()
        if cached is None or now > cached.fetched_at + STALE_SECONDS:
            return self._fetch(key, read)
        if now >= cached.fresh_until:
            # Others use the cached one meanwhile.
            cached.fresh_until = now + COOL_DOWN_SECONDS
            try:
                return self._fetch(key, read)
            except OAuthError as error:
                _log_kept(key, error)
        return cached

    def _fetch(self, key: DocumentKey, read: Callable[[Any], Any]) -> CachedDocument:
        provider, kind, url = key
        value = read(self._http.call(provider, "", url, kind=kind))
        now = time.monotonic()
        self._cache[key] = cached = CachedDocument(value, now, now + FRESH_SECONDS)
        return cached


def _log_kept(key: DocumentKey, error: OAuthError) -> None:
    provider, _, url = key
    log.warning("%s: %s cannot be fetched, the old one is used: %s", provider, url, error)
