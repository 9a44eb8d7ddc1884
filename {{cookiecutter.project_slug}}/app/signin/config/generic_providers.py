"""Providers that the owner describes by settings alone: `OIDC_<NAME>_…` and `OAUTH_<NAME>_…`."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ..oauth.claims import userinfo_claims
from ..oauth.id_token import KEY_TYPES, SECRET_ALGORITHMS
from ..oauth.provider import Provider, Setting
from ..oauth.token import bearer_by_default
from . import look, other_kits
from .provider_options import with_options
from .providers import AUTH_METHODS, PRACTICE, origin_of
from .reader import Reader

COMMON_ENDINGS = (
    *("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL", "SCOPE", "AUTH_METHOD"),
    *("AUTHORIZATION_PARAMS", "EMAIL_VERIFIED", "PKCE", "ICON"),
)
OIDC_ENDINGS = (*COMMON_ENDINGS, "ID_TOKEN_ALG", "METADATA_URL", "NONCE")
OAUTH_ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT")
# A provider is known by one of these.
SERVER = {"ISSUER", "METADATA_URL", *OAUTH_ENDPOINTS}
OAUTH_CLAIMS = ("SUB", "EMAIL", "NAME", "PICTURE")
OAUTH_ENDINGS = (*OAUTH_ENDPOINTS, *COMMON_ENDINGS, *OAUTH_CLAIMS)


def openid_provider(name: str, settings: Mapping[str, str]) -> Provider:
    """Return an OpenID Provider that is known by its issuer URL.

    `name` is in upper case; `settings` holds its variables, by OIDC_ENDINGS.
    """
    alg = settings.get("ID_TOKEN_ALG")
    return Provider(
        name=name.lower(),
        settings_prefix=f"OIDC_{name}",
        settings=(Setting(ending="ISSUER", required=True),),
        label=settings.get("LABEL") or name.replace("_", " ").title(),
        icon=settings.get("ICON", ""),
        issuer=settings["ISSUER"],
        metadata_url=settings.get("METADATA_URL", ""),
        nonce=settings.get("NONCE") != "off",
        scope=settings.get("SCOPE") or "openid email profile",
        auth_method=settings.get("AUTH_METHOD", ""),
        id_token_algs=(alg,) if alg else (),
    )


def oauth_provider(name: str, settings: Mapping[str, str]) -> Provider:
    """Return a plain OAuth 2.0 provider with one profile document.

    `name` is in upper case; `settings` holds its variables, by OAUTH_ENDINGS.
    """
    return Provider(
        name=name.lower(),
        settings_prefix=f"OAUTH_{name}",
        settings=tuple(Setting(ending=ending, required=True) for ending in OAUTH_ENDPOINTS),
        label=settings.get("LABEL") or name.replace("_", " ").title(),
        icon=settings.get("ICON", ""),
        issuer=settings.get("ISSUER", ""),
        identity_issuer=settings.get("ISSUER") or origin_of(settings["AUTHORIZATION_ENDPOINT"]),
        authorization_endpoint=settings["AUTHORIZATION_ENDPOINT"],
        token_endpoint=settings["TOKEN_ENDPOINT"],
        userinfo_endpoint=settings["USERINFO_ENDPOINT"],
        scope=settings.get("SCOPE", ""),
        auth_method=settings.get("AUTH_METHOD") or "client_secret_post",
        # Many servers leave token_type out, though RFC 6749 §5.1 requires it.
        read_tokens=bearer_by_default,
        claims=userinfo_claims(
            sub=settings.get("SUB") or "sub",
            name=settings.get("NAME") or "name",
            email=settings.get("EMAIL") or "email",
            email_verified=settings.get("EMAIL_VERIFIED") or "email_verified",
            picture=settings.get("PICTURE") or "picture",
        ),
    )


def described(reader: Reader, kind: str, taken: list[str]) -> Iterable[Provider]:
    """Yield the providers that `OIDC_<NAME>_…` or `OAUTH_<NAME>_…` variables describe."""
    make = openid_provider if kind == "OIDC" else oauth_provider
    required = ("ISSUER",) if kind == "OIDC" else OAUTH_ENDPOINTS
    for name, settings in _by_name(reader, kind).items():
        prefix = f"{kind}_{name}"
        for ending in ("ISSUER", "METADATA_URL", *OAUTH_ENDPOINTS):
            reader.url(f"{prefix}_{ending}")
        if "/.well-known/" in settings.get("ISSUER", ""):
            reader.problem(f"{prefix}_ISSUER", "must end before /.well-known/")
        if name.lower().startswith(PRACTICE):
            reader.problem(f"{prefix}_…", f"takes the name {name.lower()}: {PRACTICE}… is reserved")
        elif name.lower() in (*taken, "error"):
            reader.problem(f"{prefix}_…", f"takes the name {name.lower()}, which is in use")
        reader.choice(f"{prefix}_AUTH_METHOD", "", *AUTH_METHODS)
        look.check_icon(reader, f"{prefix}_ICON")
        if kind == "OIDC" and "openid" not in settings.get("SCOPE", "openid").split():
            reader.problem(
                f"{prefix}_SCOPE", "must include openid: separate its words by spaces, not commas"
            )
        alg = reader.choice(f"{prefix}_ID_TOKEN_ALG", "", *KEY_TYPES, *SECRET_ALGORITHMS)
        if alg in SECRET_ALGORITHMS and settings.get("AUTH_METHOD") == "none":
            reader.problem(f"{prefix}_ID_TOKEN_ALG", f"is {alg}, which needs a client secret")
        reader.choice(f"{prefix}_NONCE", "on", "off")
        yield with_options(reader, make(name, dict.fromkeys(required, "") | settings))


def _by_name(reader: Reader, kind: str) -> dict[str, dict[str, str]]:
    """Return the variables `<kind>_<NAME>_<ENDING>` as {NAME: {ENDING: value}}.

    Other programs have variables that begin so, too.  In the process they are only reported.
    """
    endings = OIDC_ENDINGS if kind == "OIDC" else OAUTH_ENDINGS
    longest_first = "|".join(sorted(endings, key=len, reverse=True))
    pattern = re.compile(rf"{kind}_([A-Z0-9_]*?[A-Z0-9])_({longest_first})")
    by_name: dict[str, dict[str, str]] = {}
    unknown = []
    for variable, value in sorted(reader.values.items()):
        if not variable.startswith(f"{kind}_"):
            continue
        reader.asked.add(variable)
        match = pattern.fullmatch(variable)
        if match is None:
            unknown.append(variable)
        else:
            by_name.setdefault(match[1], {})[match[2]] = value
    ours = [f"{kind}_{name}_{ending}" for name in by_name for ending in endings]
    for variable in unknown:
        meant = variable in reader.written or get_close_matches(variable, ours, 1, 0.9)
        tell = reader.problem if meant or _is_of(variable, kind, by_name) else reader.notice
        do = other_kits.of_generic(variable, kind, endings, by_name)
        ours_are = f"is not one of {kind}_<NAME>_{{{', '.join(endings)}}}"
        tell(variable, f"is not a setting of this app: {do}" if do else ours_are)
    return by_name


def _is_of(variable: str, kind: str, by_name: Mapping[str, Mapping[str, str]]) -> bool:
    """Return whether a variable has the name of a provider whose server is set."""
    named = [name for name, settings in by_name.items() if SERVER.intersection(settings)]
    return variable.startswith(tuple(f"{kind}_{name}_" for name in named))
