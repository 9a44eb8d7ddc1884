"""The first draft of a provider's declaration and of its recorded answers."""

import json
from collections.abc import Mapping
from typing import Any

from ..config.providers import origin_of
from ..oauth.provider import Document, Provider
from ..oauth.token import auth_method

USUAL_SCOPE = ("openid", "profile", "email")
COLORS = 'Colors(background="#fff", text="#1f1f1f", border="#747775")'
# The members of its metadata that the recorded answers repeat.
PUBLISHED = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "revocation_endpoint",
    "end_session_endpoint",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
)
ADA = {"sub": "1815", "name": "Ada Lovelace", "email": "ada@example.com"}
TOKENS = {"access_token": "the-access-token", "token_type": "Bearer", "expires_in": 3600}
CANCELLED = {
    "name": "the person says no",
    "callback": {"code": None, "error": "access_denied"},
    "error": "access_denied",
    "cancelled": True,
}
USED_CODE = {
    "name": "a code that was used",
    "answers": {"tokens": {"status": 400, "json": {"error": "invalid_grant"}}},
    "asked": ["tokens"],
    "error": "invalid_grant",
}
REFUSED_PROFILE = {
    "name": "a profile that is refused",
    "answers": {"profile": {"status": 401, "json": {"error": "invalid_token"}}},
    "asked": ["profile", "tokens"],
    "error": "invalid_response",
}


def openid_provider(
    name: str, label: str, document: Document, metadata_url: str, scope: str | None
) -> Provider:
    """Return an OpenID Provider as its metadata describes it."""
    listed = document.get("scopes_supported") or USUAL_SCOPE
    usual = Provider(name=name, label=label, issuer=document["issuer"])
    return Provider(
        name=name,
        label=label,
        issuer=document["issuer"],
        metadata_url="" if metadata_url == usual.discovery_url else metadata_url,
        scope=scope or " ".join(word for word in USUAL_SCOPE if word in listed),
        auth_method=auth_method(usual, document),
    )


def openid_files(provider: Provider, document: Document) -> dict[str, str]:
    """Return the declaration of an OpenID Provider and its recorded answers."""
    server = {"issuer": provider.issuer, "metadata_url": provider.metadata_url}
    metadata = {name: document[name] for name in PUBLISHED if name in document}
    recorded = {
        **_request(provider, metadata["authorization_endpoint"]),
        "metadata": metadata,
        "id_token": {"iss": provider.issuer, **ADA, "email_verified": True},
        "answers": {
            "tokens": _token_answer(
                provider, metadata["token_endpoint"], {**TOKENS, "id_token": "$id_token"}
            )
        },
        "cases": [
            {"name": "a login", "claims": {**ADA, "email_verified": True}},
            {
                "name": "an address that is not verified",
                "id_token": {"email_verified": False},
                "claims": ADA,
            },
            CANCELLED,
            USED_CODE,
        ],
    }
    return {"declaration": _declaration(provider, server), "recorded": _json(recorded)}


def oauth_files(provider: Provider, paths: Mapping[str, str]) -> dict[str, str]:
    """Return the declaration of a plain OAuth 2.0 provider and its recorded answers.

    `paths` says where in its profile the claims are; an empty path is not read.
    """
    paths = {claim: path for claim, path in paths.items() if path}
    endpoints = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
    server = {"identity_issuer": origin_of(provider.authorization_endpoint)}
    server |= {endpoint: getattr(provider, endpoint) for endpoint in endpoints}
    bearer = {"headers": {"Authorization": f"Bearer {TOKENS['access_token']}"}}
    asked = {"method": "GET", "url": provider.userinfo_endpoint, "request": bearer}
    recorded = {
        **_request(provider, provider.authorization_endpoint),
        "answers": {
            "tokens": _token_answer(provider, provider.token_endpoint, TOKENS),
            "profile": {**asked, "json": _profile(paths)},
        },
        "cases": [
            {"name": "a login", "claims": {claim: ADA[claim] for claim in paths}},
            CANCELLED,
            USED_CODE,
            REFUSED_PROFILE,
        ],
    }
    return {"declaration": _declaration(provider, server, paths), "recorded": _json(recorded)}


def _profile(paths: Mapping[str, str]) -> dict[str, Any]:
    """Return a profile with Ada's claims at these paths."""
    profile: dict[str, Any] = {}
    for claim, path in paths.items():
        *outer, last = path.split(".")
        place = profile
        for member in outer:
            place = place.setdefault(member, {})
        place[last] = ADA[claim]
    return profile


def _declaration(
    provider: Provider, server: Mapping[str, str], paths: Mapping[str, str] | None = None
) -> str:
    """Return the source of a declaration.  `paths` is None where the claims are standard ones."""
    site = origin_of(provider.issuer or provider.authorization_endpoint)
    values = {"name": provider.name, "label": provider.label, **server, "scope": provider.scope}
    values |= {"auth_method": provider.auth_method, "console_url": site}
    values["console_hint"] = "Register an app of the type Web."
    lines = [f"{name}={_quoted(value)}" for name, value in values.items() if value]
    imports = ["from ..oauth.provider import Colors, Provider"]
    if paths is not None:
        named = ", ".join(f"{claim}={_quoted(path)}" for claim, path in paths.items())
        lines.append(f"claims=userinfo_claims({named})")
        imports.insert(0, "from ..oauth.claims import userinfo_claims")
    body = "".join(f"    {line},\n" for line in (*lines, f"colors={COLORS}"))
    docstring, imported = f'"""{provider.label}.  Docs: {site}."""', "\n".join(imports)
    return f"{docstring}\n\n{imported}\n\nPROVIDER = Provider(\n{body})\n"


def _quoted(text: str) -> str:
    """Return text as a string of Python; one of JSON is the same."""
    return json.dumps(text, ensure_ascii=False)


def _request(provider: Provider, url: str) -> dict[str, Any]:
    """Return what is recorded of each login's start."""
    parameters = {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": "$redirect_uri",
        **({"scope": provider.scope} if provider.scope else {}),
        "state": "$state",
        **({"nonce": "$nonce"} if provider.openid_connect else {}),
        "code_challenge": "$code_challenge",
        "code_challenge_method": "S256",
    }
    return {
        "settings": {"CLIENT_ID": "our-id", "CLIENT_SECRET": "our-own-secret"},
        "authorize": {"url": url, "parameters": parameters},
        "callback": {"code": "the-code"},
    }


def _token_answer(provider: Provider, url: str, tokens: Mapping[str, Any]) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "$redirect_uri",
        "code_verifier": "$code_verifier",
    }
    request: dict[str, Any] = {"form": form}
    if provider.auth_method == "client_secret_basic":
        request["headers"] = {"Authorization": "Basic b3VyLWlkOm91ci1vd24tc2VjcmV0"}
    else:
        request["form"] = {**form, "client_id": "our-id", "client_secret": "our-own-secret"}
    return {"method": "POST", "url": url, "request": request, "json": tokens}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
