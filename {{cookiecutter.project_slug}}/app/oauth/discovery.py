"""A provider's metadata and its keys, fetched once and kept.

Spec: OpenID Connect Discovery 1.0 §4, RFC 8414 §3, RFC 7517 §5.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from .errors import InvalidResponse, OAuthError
from .http import Http, allowed_url
from .provider import Provider

FRESH_SECONDS = 3600
STALE_SECONDS = 86400
COOL_DOWN_SECONDS = 30
MAX_KEYS = 100
MIN_RSA_BYTES = 256
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class Documents:
    """The documents that providers publish, cached for the whole process."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def server(self, provider: Provider) -> Mapping[str, Any]:
        """Return a provider's metadata: what it declares, or what its issuer publishes.

        Raises InvalidResponse when the metadata is another issuer's or not usable,
        ProviderUnavailable.  Spec: OpenID Connect Discovery 1.0 §4.3, RFC 8414 §3.3.
        """
        if not provider.discovered:
            return {name: getattr(provider, name) for name in ("issuer", *ENDPOINTS)}
        url = metadata_url(provider)
        kept = self._document(provider, url, lambda found: self._metadata(provider, found))
        server: Mapping[str, Any] = kept.value
        return server

    def keys(self, provider: Provider, jwks_uri: str) -> list[Key]:
        """Return the keys that a provider signs with.  Raises InvalidResponse and others."""
        keys: list[Key] = self._document(provider, jwks_uri, read_keys).value
        return keys

    def newer_keys(self, provider: Provider, jwks_uri: str) -> list[Key]:
        """Return the keys fetched anew, where no known one fits: they may have been changed.

        Once a fetch brought nothing new, the next is made after a cool-down: tokens that name keys
        which do not exist must not become a flood of requests.  Spec: OpenID Connect Core 1.0
        §10.1.1.
        """
        kept = self._document(provider, jwks_uri, read_keys)
        known: list[Key] = kept.value
        now = time.monotonic()
        with self._lock:
            if now < kept.cool_until:
                return known
            kept.cool_until = now + COOL_DOWN_SECONDS
        newer = self._fetch(provider, jwks_uri, read_keys)
        keys: list[Key] = newer.value
        if {key.thumbprint() for key in keys} == {key.thumbprint() for key in known}:
            newer.cool_until = now + COOL_DOWN_SECONDS
        return keys

    def _document(self, provider: Provider, url: str, read: Callable[[Any], Any]) -> "_Kept":
        kept = self._kept.get(url)
        now = time.monotonic()
        if kept is None:
            return self._fetch(provider, url, read)
        if now < kept.fresh_until:
            return kept
        kept.fresh_until = now + COOL_DOWN_SECONDS
        try:
            return self._fetch(provider, url, read)
        except OAuthError:
            if now > kept.fetched_at + STALE_SECONDS:
                raise
            return kept

    def _fetch(self, provider: Provider, url: str, read: Callable[[Any], Any]) -> "_Kept":
        kept = _Kept(read(self._http.get_json(provider.name, url)))
        self._kept[url] = kept
        return kept

    def _metadata(self, provider: Provider, found: Any) -> Mapping[str, Any]:
        if not isinstance(found, dict):
            raise InvalidResponse("the metadata is not a JSON object")
        if found.get("issuer") != provider.issuer:
            raise InvalidResponse(
                f"the metadata is of issuer {found.get('issuer')!r}, the setting says"
                f" {provider.issuer!r}",
                reason="issuer_mismatch",
            )
        for name in ENDPOINTS:
            url = found.get(name)
            optional = url is None and name == "userinfo_endpoint"
            if not optional and not (
                isinstance(url, str) and allowed_url(url, loopback=self._http.loopback)
            ):
                raise InvalidResponse(f"the metadata's {name} is not an https URL")
        return found


class _Kept:
    """A document, when it was fetched, and until when it is not fetched again."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.fetched_at = time.monotonic()
        self.fresh_until = self.fetched_at + FRESH_SECONDS
        self.cool_until = 0.0


def metadata_url(provider: Provider) -> str:
    """Return where a provider publishes its metadata.

    Spec: OpenID Connect Discovery 1.0 §4.
    """
    well_known = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    return provider.metadata_url or well_known


def read_keys(document: Any) -> list[Key]:
    """Return the public signing keys of a JWK Set, leaving out what is not one.

    Raises InvalidResponse when none is left.  Spec: RFC 7517 §5.
    """
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise InvalidResponse("the key set is not usable", reason="bad_key_set")
    keys = [key for key in map(_public_key, members) if key is not None]
    if not keys:
        raise InvalidResponse("the key set holds no usable key", reason="bad_key_set")
    return keys


def _public_key(member: Any) -> Key | None:
    if not isinstance(member, dict) or member.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if "d" in member or member.get("use", "sig") != "sig":
        return None
    if member["kty"] == "RSA" and len(str(member.get("n"))) * 3 // 4 < MIN_RSA_BYTES:
        return None
    try:
        return JWKRegistry.import_key(member)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
