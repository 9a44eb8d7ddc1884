"""Move identities after a provider's issuer, or its ids of people, have changed.

An identity belongs to the server that it was made at.  Only the owner can say that the same people
are at another one; `flask identities move` does it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex

from sqlalchemy import func, select, update

from ..host import db
from ..models import Identity, LoginSession
from ..oauth.claims import storable_id
from ..oauth.provider import Provider
from . import accounts, audit

# What a long run tells how many rows it has done.
MoveOn = Callable[[int], object]


@dataclass(frozen=True)
class Plan:
    """Which identities get which `sub`.  With `problems` the plan cannot be carried out.

    `skipped` are the lines about people who have no account here.
    """

    moves: Sequence[tuple[Identity, str]] = ()
    skipped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def other_issuers(provider: Provider) -> dict[str, int]:
    """Return the issuers, other than the provider's, that its identities were made at.

    The values are the numbers of identities.
    """
    count = func.count()
    rows = select(Identity.issuer, count).where(Identity.provider == provider.name)
    found = db.session.execute(rows.group_by(Identity.issuer).order_by(Identity.issuer))
    return {issuer: number for issuer, number in found if not accounts.knows(provider, issuer)}


def plan_issuer(provider: Provider) -> Plan:
    """Return the plan for a new issuer: each identity of another one keeps its `sub`."""
    rows = select(Identity).where(Identity.provider == provider.name).order_by(Identity.id)
    found = db.session.scalars(rows)
    return Plan([(row, row.sub) for row in found if not accounts.knows(provider, row.issuer)])


def plan_subs(
    provider: Provider, key: str, rows: Iterable[tuple[str, str]], move_on: MoveOn
) -> Plan:
    """Return the plan for new ids.  Each row has the old `sub` or the address, and the new `sub`.

    `key` is `sub` or `email`.  Only a verified address names an identity.  `move_on` gets 1 for
    each row.
    """
    moves: list[tuple[Identity, str]] = []
    plan = Plan(moves)
    for old, new in rows:
        found = _named(provider, key, old)
        if not storable_id(new):
            plan.problems.append(f"{old}: the new id is not 1 to 255 printable characters")
        elif not found:
            plan.skipped.append(f"{old}: no identity of {provider.name} has it")
        elif len(found) > 1:
            plan.problems.append(f"{old}: {len(found)} identities of {provider.name} have it")
        else:
            moves.append((found[0], new))
        move_on(1)
    plan.problems.extend(_collisions(provider, moves))
    return plan


def carry_out(provider: Provider, plan: Plan, actor: str, move_on: MoveOn) -> None:
    """Change the identities and their sessions, in the current transaction.

    `move_on` gets 1 for each identity.
    """
    for ids, new in [(_sessions_of(identity), new) for identity, new in plan.moves]:
        theirs = update(LoginSession).where(LoginSession.id.in_(ids)).values(sub=new)
        db.session.execute(theirs.execution_options(synchronize_session=False))
        move_on(1)
    for identity, _ in plan.moves:
        # Until all have moved, so that two identities can exchange their ids.
        identity.sub = f"moving:{token_hex(16)}"
        audit.record("move_identity", user_id=identity.user_id, provider=provider.name, actor=actor)
    db.session.flush()
    for identity, new in plan.moves:
        identity.sub, identity.issuer = new, accounts.issuer_of(provider)


def _sessions_of(identity: Identity) -> list[int]:
    return list(
        db.session.scalars(
            select(LoginSession.id).where(
                LoginSession.provider == identity.provider,
                LoginSession.sub == identity.sub,
                LoginSession.user_id == identity.user_id,
            )
        )
    )


def _named(provider: Provider, key: str, value: str) -> Sequence[Identity]:
    if not storable_id(value):
        return []
    by_sub = (Identity.sub == value,)
    by_email = func.lower(Identity.email) == value.lower(), Identity.email_verified
    same = by_sub if key == "sub" else by_email
    return db.session.scalars(
        select(Identity).where(Identity.provider == provider.name, *same)
    ).all()


def _collisions(provider: Provider, moves: Sequence[tuple[Identity, str]]) -> Iterable[str]:
    """Yield why some moves would give two people one id, or one person two."""
    moving = {identity.id for identity, _ in moves}
    for identity_id, times in Counter(identity.id for identity, _ in moves).items():
        if times > 1:
            yield f"identity {identity_id} is in {times} lines"
    for new, times in Counter(new for _, new in moves).items():
        taken = _named(provider, "sub", new)
        if times > 1:
            yield f"{new}: {times} lines have this new id"
        elif taken and taken[0].id not in moving:
            yield f"{new}: it belongs to user {taken[0].user_id} already"
