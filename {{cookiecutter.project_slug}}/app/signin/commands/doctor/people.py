"""What people can do with these settings, in words: for `flask doctor`."""

from collections.abc import Iterable, Iterator

from ...config import Settings
from ...oauth.provider import Client


def rules(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the subject of each rule, and the rule."""
    yield "sign up", _sign_up(settings)
    yield "sign in", _sign_in(settings)
    yield "administrators", _administrators(settings)
    if settings.clients:
        yield "same address", _same_address(settings)
    yield "sessions", _sessions(settings)
    if settings.practice_provider:
        who = "everybody who reaches the app" if settings.practice_for_all else "this machine"
        yield "practice provider", f"signs in anybody as anybody, for {who}, in development only"


def _sign_up(settings: Settings) -> str:
    if settings.signup == "closed":
        return "nobody can open an account (SIGNUP=closed)"
    if not settings.clients:
        return "nobody can open an account, since no provider is set up"
    who = "everybody" if settings.signup == "open" else "whoever has an invitation"
    by = " (flask users invite)" if settings.signup == "invite" else ""
    address = {
        "no": "",
        "yes": ", if the provider sends an e-mail address",
        "verified": ", if the provider says that the e-mail address is verified",
    }[settings.require_email]
    return (
        f"{who}{by} can open an account with {_providers(settings)}{address}; {_limits(settings)}"
    )


def _sign_in(settings: Settings) -> str:
    if not settings.clients:
        return "nobody can sign in, since no provider is set up"
    return (
        f"whoever has an account can sign in with a connected account of {_providers(settings)};"
        f" {_limits(settings)}"
    )


def _limits(settings: Settings) -> str:
    """Return who is refused, at a sign-up and at each sign-in."""
    limits = []
    if settings.allowed_email_domains:
        domains = _either(sorted(settings.allowed_email_domains))
        limits.append(f"only with a verified address at {domains} (ALLOWED_EMAIL_DOMAINS)")
    for client in settings.clients.values():
        limits += _members(client)
    return "; ".join(limits) or "no domain and no organization is required"


def _members(client: Client) -> Iterator[str]:
    for setting in client.provider.settings:
        if setting.allow_list and client.settings.get(setting.ending):
            names = _either(name.strip() for name in client.settings[setting.ending].split(","))
            name = client.provider.setting(setting.ending)
            yield f"with {client.provider.label} only members of {names} ({name})"


def _administrators(settings: Settings) -> str:
    if not settings.admins:
        return "nobody becomes one by signing in; flask users make-admin makes one"
    named = ", ".join(sorted(settings.admins))
    return f"{named} by the next sign-in (ADMINS); flask users make-admin makes more"


def _same_address(settings: Settings) -> str:
    if len(settings.clients) == 1:
        return "only one provider is set up, so nobody comes from another one"
    if settings.link_by_email == "verified":
        return (
            "who comes from another provider, with the verified address of an account, gets into it"
            " at once (LINK_BY_EMAIL=verified)"
        )
    return (
        "who comes from another provider, with the verified address of an account, is asked to sign"
        " in to it first; nothing is linked by itself (LINK_BY_EMAIL=never)"
    )


def _sessions(settings: Settings) -> str:
    idle, most = _span(settings.session_idle_minutes), _span(settings.session_max_days * 1440)
    return f"a session ends after {idle} without use, and after {most} at the latest"


def _span(minutes: int) -> str:
    """Return a time in its largest whole unit."""
    units = (("day", 1440), ("hour", 60), ("minute", 1))
    name, size = next(pair for pair in units if minutes % pair[1] == 0)
    number = minutes // size
    return f"{number} {name}{'' if number == 1 else 's'}"


def _providers(settings: Settings) -> str:
    return _either(client.provider.label for client in settings.clients.values())


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
