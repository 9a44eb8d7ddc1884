"""The checks of `flask doctor` that compare the rules about people with who is in the database."""

from collections.abc import Iterator

from sqlalchemy import func, select

from ...auth import accounts
from ...config import Settings
from ...config.other_providers import of_template
from ...database import now
from ...host import db
from ...models import Identity, Invitation
from .findings import Finding, not_checked

FIND_ID = "after a sign-in with the account, flask users list shows its provider:sub"


def checks(settings: Settings) -> Iterator[Finding]:
    """Yield who cannot come in although the owner may expect it.  It needs the database."""
    users = db.session.scalar(select(func.count()).select_from(accounts.user_class())) or 0
    if not users:
        yield from _empty(settings)
    yield from _admins(settings, users)


def _empty(settings: Settings) -> Iterator[Finding]:
    """Yield why the first person cannot open an account."""
    if settings.signup == "closed":
        problem = "is closed, and there is no account: nobody can sign in"
        yield Finding("FAIL", "SIGNUP", problem, "set it to invite or open until you have yours")
    if settings.signup == "invite":
        usable = Invitation.used_at.is_(None), Invitation.expires_at > now()
        if db.session.scalar(select(Invitation.id).where(*usable).limit(1)) is None:
            problem = "is invite, and there is neither an account nor an invitation"
            yield Finding("warn", "SIGNUP", problem, "run flask users invite")


def _admins(settings: Settings, users: int) -> Iterator[Finding]:
    known = settings.known_providers()
    for admin in sorted(settings.admins):
        name, _, sub = admin.partition(":")
        same = Identity.provider == name
        has_it = db.session.scalar(select(Identity.id).where(same, Identity.sub == sub)) is not None
        if name not in settings.clients:
            label = known[name].label if name in known else name
            problem = f"names {admin}, but {label} is not set up"
            yield Finding("warn", "ADMINS", problem, "name an account of a provider that is")
        elif has_it:
            yield Finding("ok", f"ADMINS: {admin}")
        elif not sub.isdecimal() and of_template(name).has_numbers:
            problem = f"names {admin}, but ids of {known[name].label} are numbers, not user names"
            yield Finding("warn", "ADMINS", problem, FIND_ID)
        elif "@" in sub:
            problem = f"names {admin}, which looks like an e-mail address, not like an id"
            yield Finding("warn", "ADMINS", problem, FIND_ID)
        elif users:
            problem = f"names {admin}, who has not signed in yet"
            yield Finding("warn", "ADMINS", problem, FIND_ID)
        else:
            why = f"nobody has signed in yet, so {admin} cannot be compared"
            yield not_checked("ADMINS", why, "run flask doctor after your first sign-in")
