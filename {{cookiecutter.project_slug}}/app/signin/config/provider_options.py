"""The settings that every provider has, such as <PROVIDER>_AUTHORIZATION_PARAMS."""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from ..oauth.claims import always_verified, standard_claims
from ..oauth.provider import Provider
from .reader import Reader

NAME = re.compile(r"[\w.:\[\]-]+", re.ASCII)
# The app sets these itself, or relies on their absence.
OWN_PARAMETERS = (
    *("response_type", "client_id", "redirect_uri", "state", "scope", "nonce", "max_age"),
    *("code_challenge", "code_challenge_method", "code_verifier", "code", "iss", "error"),
    *("request", "request_uri", "registration", "client_secret", "client_assertion"),
    *("client_assertion_type", "grant_type", "dpop_jkt"),
)


def with_options(reader: Reader, provider: Provider) -> Provider:
    """Return a provider, changed by the settings that every provider has."""
    added = _authorization_params(reader, provider)
    changed = replace(
        provider,
        authorization_params={**provider.authorization_params, **added},
        pkce=_pkce(reader, provider),
    )
    name = provider.setting("EMAIL_VERIFIED")
    if reader.text(name) == "always":
        _check_one_owner(reader, provider)
        trusted = always_verified(provider.claims or standard_claims)
        return replace(changed, claims=trusted, trusted_email=True)
    # A plain OAuth 2.0 provider may name a member of its profile here.
    if reader.text(name) and not provider.settings_prefix.startswith("OAUTH_"):
        reader.problem(name, "must be always")
    return changed


def _check_one_owner(reader: Reader, provider: Provider) -> None:
    """Refuse to vouch for addresses that strangers write at the provider."""
    for setting in provider.settings:
        name = provider.setting(setting.ending)
        value = reader.text(name, setting.default)
        if setting.one_owner and not re.fullmatch(setting.one_owner, value, re.IGNORECASE):
            reader.problem(
                provider.setting("EMAIL_VERIFIED"),
                f"cannot be trusted: {name} does not name one organization, and each of them"
                " writes the addresses of its people",
            )


def _authorization_params(reader: Reader, provider: Provider) -> Mapping[str, str]:
    """Return further parameters of the authorization request.

    Those that the app sets itself are refused: a second value, or one that is not checked, would
    take away what they protect.
    """
    name = provider.setting("AUTHORIZATION_PARAMS")
    text = reader.text(name).removeprefix("?")
    if re.search(r"[,;]\s*\w+=", text):
        reader.problem(name, "must have & between its parameters")
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        reader.problem(name, "is not a query string like prompt=select_account&ui_locales=de")
        return {}
    added = dict(pairs)
    if len(added) != len(pairs):
        reader.problem(name, "names a parameter twice")
    if not all(NAME.fullmatch(parameter) and value.isprintable() for parameter, value in pairs):
        reader.problem(name, "contains a name that is none, or control characters")
    for parameter, value in added.items():
        for read_as in _spellings(parameter.lower()):
            if problem := _parameter_problem(provider, read_as, value):
                reader.problem(name, problem)
                break
    return added


def _spellings(parameter: str) -> tuple[str, str]:
    """Return the names that a server may read: PHP takes `a[0]` as `a`, and `a.b` as `a_b`."""
    return parameter.replace(".", "_").partition("[")[0], re.sub(r"[.\[]", "_", parameter)


def _parameter_problem(provider: Provider, parameter: str, value: str) -> str:
    """Return why the owner may not add this parameter; empty if it may be added."""
    if parameter == "scope":
        return f"may not set scope: use {provider.setting('SCOPE')}"
    if parameter in (*OWN_PARAMETERS, provider.client_id_param):
        return f"may not set {parameter}: the app sets it, or must not send it"
    if parameter == "response_mode" and value != "form_post":
        return "may set response_mode to form_post only"
    if parameter == "prompt" and "none" in value.lower().split():
        return "may not set prompt to none: nobody could sign in at the provider"
    return ""


def _pkce(reader: Reader, provider: Provider) -> bool:
    """Return whether to use PKCE.  Without it, something else must bind the code to this login."""
    name = provider.setting("PKCE")
    pkce = reader.choice(name, "on" if provider.pkce else "off", "on", "off") == "on"
    turned_off = provider.pkce and not pkce
    if turned_off and provider.openid_connect and not provider.nonce:
        nonce = provider.setting("NONCE")
        reader.problem(name, f"is off, and so is {nonce}: one of them must stay on")
    if turned_off and provider.auth_method == "none":
        reader.problem(name, "must stay on for a client without a secret")
    return pkce
