"""Read a provider's metadata and keys.

Spec: OpenID Connect Discovery 1.0 §4, RFC 8414 §3, RFC 7517 §5.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from .authorization import expected_issuers
from .errors import InvalidResponse
from .provider import Document, Provider
from .responses import NOT_HTTPS, is_local_name, url_problem

# A body has at most 1 MiB; this limits the time that trying each key may take.
MAX_KEYS = 1000
MIN_RSA_BYTES = 256
MAX_NAMED = 200
KEY_MEMBERS = ("kty", "kid", "alg", "crv", "n", "e", "x", "y")
URL_SAFE = str.maketrans("+/", "-_", "=\r\n ")
REQUIRED_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint", "revocation_endpoint")
ENDPOINTS = (*REQUIRED_ENDPOINTS, *OPTIONAL_ENDPOINTS)
OPTIONAL_LISTS = ("claims_supported", "prompt_values_supported")
REQUIRED_LISTS = (
    "code_challenge_methods_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
)

log = logging.getLogger(__name__)


def declared_metadata(provider: Provider) -> Mapping[str, Any]:
    """Return the metadata of a provider that publishes none: what its declaration says."""
    names = ("issuer", *ENDPOINTS)
    return {name: value for name in names if (value := getattr(provider, name))}


def read_metadata(
    provider: Provider, document: Any, *, loopback: bool, http_hosts: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return a provider's metadata, with its issuer and endpoints checked.

    An optional member that cannot be used is left out.  For `loopback` and `http_hosts` see
    `url_problem`.  Raises InvalidResponse.  Spec: OpenID Connect Discovery 1.0 §4.3, RFC 8414 §3.3.
    """
    if not isinstance(document, dict):
        raise InvalidResponse("the metadata is not a JSON object")
    metadata: dict[str, Any] = {name: v for name, v in document.items() if v is not None}
    if metadata.get("issuer") not in expected_issuers(provider, metadata, {}):
        named = str(metadata.get("issuer"))[:MAX_NAMED]
        message = f"the metadata names issuer {named!r}, expected {provider.issuer!r}"
        raise InvalidResponse(message, reason="issuer_mismatch")
    for name in REQUIRED_LISTS:
        if not isinstance(metadata.get(name, []), list):
            raise InvalidResponse(f"the metadata's {name} is not a list")
    for name in REQUIRED_ENDPOINTS:
        if problem := endpoint_problem(provider, metadata.get(name), loopback, http_hosts):
            raise InvalidResponse(f"the metadata's {name} {problem}")
    for name, problem in ignored_members(provider, metadata, loopback, http_hosts).items():
        log.warning("%s: the metadata's %s %s: it is ignored", provider.name, name, problem)
        del metadata[name]
    if provider.pkce and "S256" not in metadata.get("code_challenge_methods_supported", ["S256"]):
        log.warning(
            "%s does not list S256 for PKCE; it is sent anyway, and plain is never used",
            provider.name,
        )
    return metadata


def ignored_members(
    provider: Provider, metadata: Document, loopback: bool, http_hosts: frozenset[str]
) -> dict[str, str]:
    """Return the optional members of metadata that cannot be used, each with the reason."""
    problems = {}
    for name in (*OPTIONAL_ENDPOINTS, *OPTIONAL_LISTS):
        value = metadata.get(name)
        if name in OPTIONAL_LISTS and not isinstance(value, list | None):
            problems[name] = "is not a list"
        elif name in OPTIONAL_ENDPOINTS and value is not None:
            problems[name] = endpoint_problem(provider, value, loopback, http_hosts)
    return {name: problem for name, problem in problems.items() if problem}


def endpoint_problem(
    provider: Provider, url: Any, loopback: bool, http_hosts: frozenset[str]
) -> str:
    """Return why metadata may not name this endpoint; empty if it may.

    An https issuer never leads to plain http, except to `http_hosts`.  Only an issuer of this
    machine, or one over plain http, leads to this machine.
    """
    issuer = urlsplit(provider.issuer)
    plain = issuer.scheme == "http"
    if not isinstance(url, str):
        return NOT_HTTPS
    problem = url_problem(url, loopback=loopback and plain, http_hosts=http_hosts)
    host = (not problem and urlsplit(url).hostname) or ""
    own = (issuer.hostname or "", urlsplit(provider.discovery_url).hostname or "")
    if is_local_name(host) and not (plain or host in http_hosts or any(map(is_local_name, own))):
        return "is on this machine, and its issuer is not"
    return problem


def read_keys(document: Any) -> list[Key]:
    """Return the public signing keys of a JWK Set.  Other members are ignored.

    Raises InvalidResponse where there is none.  Spec: RFC 7517 §5.
    """
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        message = "the key set has no keys: does the provider have a signing key for this app?"
        raise InvalidResponse(message, reason="bad_key_set")
    if len(members) > MAX_KEYS:
        raise InvalidResponse(f"the key set has over {MAX_KEYS} keys", reason="bad_key_set")
    keys = [key for key in map(_public_key, members) if key is not None]
    if not keys:
        message = "the key set holds no usable key: RSA (2048 bits or more), EC or OKP, for signing"
        raise InvalidResponse(message, reason="bad_key_set")
    return keys


def _public_key(member: Any) -> Key | None:
    """Return a public signing key, or None.

    Be strict about what the key is, and lenient about how it is written: some providers send empty
    members, `use` in capitals, and standard base64.
    """
    if not isinstance(member, dict) or member.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    named = {name: value for name, value in member.items() if value not in (None, "", [])}
    operations = named.get("key_ops")
    verifies = not isinstance(operations, list) or "verify" in operations
    if "d" in named or str(named.get("use", "sig")).lower() != "sig" or not verifies:
        return None
    key = {name: named[name] for name in KEY_MEMBERS if name in named}
    key |= {n: key[n].translate(URL_SAFE) for n in "nexy" if isinstance(key.get(n), str)}
    if key["kty"] == "RSA" and len(str(key.get("n"))) * 3 // 4 < MIN_RSA_BYTES:
        return None
    try:
        return JWKRegistry.import_key(key)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
