"""`flask identities move`: a provider's issuer, or its ids of people, have changed."""

import csv
from typing import Any, TextIO

import click
from sqlalchemy.exc import SQLAlchemyError

from ..auth import accounts, moves, settings
from ..host import db
from ..oauth.provider import Provider
from .console import ACTOR, Group, json_option, print_json, progress

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
@json_option
def move(provider: str, subs: TextIO | None, really: bool, as_json: bool) -> None:
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
    else:
        key, rows = read(subs)
        with progress("Reading the file", len(rows)) as move_on:
            plan = moves.plan_subs(client.provider, key, rows, move_on)
    result = _as_json(client.provider, plan)
    if not as_json:
        show(client.provider, plan, by_issuer=subs is None)
    done = really and not plan.problems
    if done:
        with progress("Moving", len(plan.moves)) as move_on:
            moves.carry_out(client.provider, plan, ACTOR, move_on)
        db.session.commit()
    if as_json:
        print_json(result | {"applied": done})
    if plan.problems:
        raise click.ClickException("Nothing was changed: correct the file first.")
    if not as_json:
        click.echo(_outcome(len(plan.moves), done))


def _outcome(number: int, done: bool) -> str:
    if done:
        return f"{number} identities moved."
    return f"{number} identities would move. Run it again with --apply to do it."


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


def show(provider: Provider, plan: moves.Plan, *, by_issuer: bool) -> None:
    """Print a plan for people."""
    if by_issuer:
        for issuer, number in moves.other_issuers(provider).items():
            click.echo(f"{number} identities were made at {issuer or 'no issuer'}.")
        click.echo(f"{provider.name} is {accounts.issuer_of(provider)} now.")
    for identity, new in plan.moves:
        arrow = "" if identity.sub == new else f" -> {provider.name}:{new}"
        click.echo(f"user {identity.user_id}: {provider.name}:{identity.sub}{arrow}")
    for line in plan.skipped:
        click.echo(f"skipped: {line}")
    for line in plan.problems:
        click.echo(f"problem: {line}")
    if not plan.problems:
        for line in _notes(provider, plan):
            click.echo(line)


def _notes(provider: Provider, plan: moves.Plan) -> list[str]:
    """Return what the owner has to change then."""
    return [
        f"ADMINS names {provider.name}:{one.sub}: change it to {provider.name}:{new}."
        for one, new in plan.moves
        if one.sub != new and f"{provider.name}:{one.sub}" in settings().admins
    ]


def _as_json(provider: Provider, plan: moves.Plan) -> dict[str, Any]:
    return {
        "provider": provider.name,
        "issuer": accounts.issuer_of(provider),
        "moves": [{"user_id": one.user_id, "old": one.sub, "new": new} for one, new in plan.moves],
        "skipped": plan.skipped,
        "problems": plan.problems,
        "notes": _notes(provider, plan),
    }


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
