"""The checks of `flask doctor` that compare a provider's metadata with the settings.

Spec: OpenID Connect Discovery 1.0 §3.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...config import Settings
from ...oauth.provider import Client, Document, Provider
from .findings import Finding, not_checked
from .registration import needs

# Parameters of the authorization request, and the metadata that lists their values.
PARAMETERS = {
    "response_mode": "response_modes_supported",
    "prompt": "prompt_values_supported",
    "display": "display_values_supported",
    "acr_values": "acr_values_supported",
    "ui_locales": "ui_locales_supported",
}
WHAT = "metadata against the settings"


@dataclass(frozen=True)
class Wanted:
    """Values that the app uses, the member of the metadata that lists them, and what to do."""

    values: tuple[str, ...]
    member: str
    do: str
    result: str = "warn"


def checks(settings: Settings, client: Client, metadata: Document) -> Iterator[Finding]:
    """Yield each value that the app uses and the metadata does not list."""
    provider = client.provider
    wanted = [one for one in _wanted(provider) if one.values]
    found = [*_unlisted(wanted, metadata), *_demands(metadata)]
    found += _claims(settings, provider, metadata)
    yield from found
    unknown = [one.member for one in wanted if not isinstance(metadata.get(one.member), list)]
    if unknown:
        yield not_checked(WHAT, f"the metadata does not list {', '.join(unknown)}")
    elif not found:
        yield Finding("ok", WHAT)


def _wanted(provider: Provider) -> Iterable[Wanted]:
    """Return what the app uses of what metadata lists."""
    setting, params = provider.setting, provider.authorization_params
    scope = f"remove it from {setting('SCOPE')}, or allow it at the provider"
    yield Wanted(tuple(provider.scope.split()), "scopes_supported", scope)
    allow = "allow the authorization code flow there for this app"
    yield Wanted(("code",), "response_types_supported", allow, "FAIL")
    for name, member in PARAMETERS.items():
        values = tuple(params.get(name, "").split())
        do = f"correct {name} in {setting('AUTHORIZATION_PARAMS')}"
        yield Wanted(values, member, do, "FAIL" if name == "response_mode" else "warn")


def _unlisted(wanted: Iterable[Wanted], metadata: Document) -> Iterator[Finding]:
    for one in wanted:
        listed = metadata.get(one.member)
        known = listed if isinstance(listed, list) else one.values
        if missing := [value for value in one.values if value not in known]:
            problem = f"{' '.join(missing)} is not among {one.member}"
            yield Finding(one.result, WHAT, problem, one.do)


def _demands(metadata: Document) -> Iterator[Finding]:
    """Yield what the provider demands and the app does not do."""
    grants = metadata.get("grant_types_supported")
    if isinstance(grants, list) and "authorization_code" not in grants:
        problem = "authorization_code is not among grant_types_supported"
        do = "allow the authorization code flow there for this app"
        yield Finding("FAIL", WHAT, problem, do)
    for member, what in (
        ("require_pushed_authorization_requests", "pushed authorization requests"),
        ("require_signed_request_object", "signed request objects"),
    ):
        if metadata.get(member) is True:
            problem = f"the provider requires {what}, which the app does not send"
            yield Finding("FAIL", WHAT, problem, "turn the requirement off there for this app")
    if metadata.get("subject_types_supported") == ["pairwise"]:
        problem = "each client ID gets its own ids of people (pairwise)"
        yield Finding("info", "ids of people", problem, "keep the client ID when you move the app")


def _claims(settings: Settings, provider: Provider, metadata: Document) -> Iterator[Finding]:
    """Yield the settings that need a claim which the provider does not list."""
    listed = metadata.get("claims_supported")
    if not isinstance(listed, list):
        return
    if "email" not in listed:
        yield from needs(settings, provider, "none")
    elif "email_verified" not in listed and not provider.trusted_email:
        yield from needs(settings, provider, "unverified")
