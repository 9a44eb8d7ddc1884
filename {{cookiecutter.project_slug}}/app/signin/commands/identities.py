"""`flask identities move`: a provider's issuer, or its ids of people, have changed."""

import csv
from collections.abc import Iterable
from typing import TextIO

import click
from sqlalchemy.exc import SQLAlchemyError

from ..auth import accounts, moves, settings
from ..host import db
from ..oauth.provider import Provider
from .console import ACTOR, Group

HEADERS = {("old", "new"): "sub", ("email", "new"): "email"}

identities = Group("identities", help="Move identities to another issuer or to other ids.")


@identities.command("move")
@click.argument("provider")
@click.option(
    "--subs",
    type=click.File(encoding="utf-8-sig"),
    help="A CSV file of ids that changed: its first line is old,new or email,new.",
)
@click.option("--apply", "really", is_flag=True, help="Do it.  Otherwise it is only shown.")
def move(provider: str, subs: TextIO | None, really: bool) -> None:
    """Tell the app that the people of PROVIDER are the same after a change there.

    Without --subs: its issuer changed (a new address, another setting) and everybody kept their id.
    With --subs: people have new ids.  The file has each old id or verified e-mail address, and the
    new id.  Identities that are not in the file stay as they are.
    """
    client = settings().clients.get(provider)
    if client is None:
        raise click.ClickException(f"{provider!r} is not set up: see flask providers.")
    if subs is None:
        plan = moves.plan_issuer(client.provider)
        for issuer, number in moves.other_issuers(client.provider).items():
            click.echo(f"{number} identities were made at {issuer or 'no issuer'}.")
        click.echo(f"{provider} is {accounts.issuer_of(client.provider)} now.")
    else:
        key, rows = read(subs)
        plan = moves.plan_subs(client.provider, key, rows)
    carry_out(client.provider, plan, really)


def read(file: TextIO) -> tuple[str, list[tuple[str, str]]]:
    """Return `sub` or `email`, and the rows of a CSV file.  Raises ClickException."""
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(file) if any(line)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException("The file is not a CSV file in UTF-8.") from error
    key = HEADERS.get(tuple(cell.lower() for cell in lines[0])) if lines else None  # type: ignore[arg-type]
    if key is None:
        raise click.ClickException("The first line of the file must be old,new or email,new.")
    for number, line in enumerate(lines, 1):
        if len(line) != 2:
            raise click.ClickException(f"Row {number} of the file has not two columns.")
    return key, [(old, new) for old, new in lines[1:]]


def carry_out(provider: Provider, plan: moves.Plan, really: bool) -> None:
    """Show a plan and, if `really`, do it.  Raises ClickException if it has problems."""
    for identity, new in plan.moves:
        arrow = "" if identity.sub == new else f" -> {provider.name}:{new}"
        click.echo(f"user {identity.user_id}: {provider.name}:{identity.sub}{arrow}")
    _echo("skipped: ", plan.skipped)
    _echo("problem: ", plan.problems)
    if plan.problems:
        raise click.ClickException("Nothing was changed: correct the file first.")
    for identity, new in plan.moves:
        old = f"{provider.name}:{identity.sub}"
        if identity.sub != new and old in settings().admins:
            click.echo(f"ADMINS names {old}: change it to {provider.name}:{new}.")
    if not really:
        click.echo(f"{len(plan.moves)} identities would move. Run it again with --apply to do it.")
        return
    moves.carry_out(provider, plan, ACTOR)
    db.session.commit()
    click.echo(f"{len(plan.moves)} identities moved.")


def issuer_problem(provider: Provider) -> tuple[str, str]:
    """Return, for `flask doctor`, which stored identities are of another issuer, and what to do.

    Both are empty if none is.
    """
    try:
        found = moves.other_issuers(provider)
    except SQLAlchemyError:
        # Another check names the problem of the database.
        db.session.rollback()
        return "", ""
    places = ", ".join(f"{number} at {issuer}" for issuer, number in found.items())
    if not found:
        return "", ""
    do = f"set it back, or confirm the move: flask identities move {provider.name}"
    return f"made at another issuer: {places}. They cannot sign in", do


def _echo(prefix: str, lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(f"{prefix}{line}")
