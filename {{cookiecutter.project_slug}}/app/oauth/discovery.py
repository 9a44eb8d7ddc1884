"""What a provider publishes: its metadata and its keys.

Spec: OpenID Connect Discovery 1.0 §4, RFC 8414 §3, RFC 7517 §5.
"""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from .answers import allowed_url
from .errors import InvalidResponse
from .provider import Provider

MAX_KEYS = 100
MIN_RSA_BYTES = 256
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")
LISTS = (
    "claims_supported",
    "code_challenge_methods_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
)


def declared_metadata(provider: Provider) -> Mapping[str, Any]:
    """Return the metadata of a provider that publishes none."""
    return {name: getattr(provider, name) for name in ("issuer", *ENDPOINTS)}


def metadata_url(provider: Provider) -> str:
    """Return where a provider publishes its metadata.

    Spec: OpenID Connect Discovery 1.0 §4.
    """
    well_known = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    return provider.metadata_url or well_known


def read_metadata(provider: Provider, found: Any, *, loopback: bool) -> Mapping[str, Any]:
    """Return a provider's metadata, its issuer and endpoints checked.

    Raises InvalidResponse.  Spec: OpenID Connect Discovery 1.0 §4.3, RFC 8414 §3.3.
    """
    if not isinstance(found, dict):
        raise InvalidResponse("the metadata is not a JSON object")
    if found.get("issuer") != provider.issuer:
        message = (
            f"the metadata is of {found.get('issuer')!r}, the setting says {provider.issuer!r}"
        )
        raise InvalidResponse(message, reason="issuer_mismatch")
    server: dict[str, Any] = {name: v for name, v in found.items() if v is not None}
    for name in LISTS:
        if not isinstance(server.get(name, []), list):
            raise InvalidResponse(f"the metadata's {name} is not a list")
    for name in {*ENDPOINTS, *OPTIONAL} - {name for name in OPTIONAL if name not in server}:
        url = server.get(name)
        if not isinstance(url, str) or not allowed_url(url, loopback=loopback):
            raise InvalidResponse(f"the metadata's {name} is not an https URL")
    return server


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
