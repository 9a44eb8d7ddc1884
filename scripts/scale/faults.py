"""Two hundred people use four processes of the app while servers die, and what must hold then.

Every two seconds a process of the app is killed.  Redis is stopped for a while, and PostgreSQL is
restarted twice, once as in a crash.  Each person again and again signs in, connects a second
sign-in, signs in with it on another device, and ends the first device's session from there.
"""

import collections
import json
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from harness.counting_provider import CountingProvider, Someone, counting_provider

from .fleet import Fleet, fleet
from .servers import Postgres, Process
from .visitor import Away, Unexpected, Visitor

PEOPLE, PROCESSES, SECONDS, KILL_EVERY = 200, 4, 120, 2
# Until when people arrive, and how long one looks at a page, in seconds.
ARRIVE, LOOKS = 20, (6, 12)
# (what, begins after seconds, lasts seconds)
OUTAGES = (("Redis", 20, 10), ("PostgreSQL", 45, 5), ("PostgreSQL, crashed", 80, 5))
# An answer may be under way, or a pool may find out, for so long after a server is back.
GRACE = 3.0
FIRST, SECOND = "corp", "second"


@dataclass
class Seen:
    """What happened to all people together; times are seconds since the beginning."""

    began: float = field(default_factory=time.monotonic)
    done: collections.Counter[str] = field(default_factory=collections.Counter)
    away: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    outages: dict[str, tuple[float, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self.began


@dataclass
class Life:
    """What one person knows of their account."""

    sub: str
    account: str | None = None
    linked: bool = False
    sign_ins: int = 0

    def persons(self) -> dict[str, Someone]:
        """Return who this is at each provider."""
        return {
            name: Someone(self.sub, f"Person {self.sub}", f"person-{self.sub}@{name}.example")
            for name in (FIRST, SECOND)
        }


def live(life: Life, served: Fleet, people: CountingProvider, seen: Seen) -> None:
    """Use the app until the time is over.  Whatever is away is tried again from the start."""
    time.sleep(random.uniform(0, ARRIVE))  # noqa: S311 - no secret
    while seen.now() < SECONDS:
        first, second = (
            Visitor(served.port, served.trust, people, life.persons()) for _ in range(2)
        )
        try:
            one_round(life, first, second, seen)
        except Away as error:
            with seen.lock:
                seen.away.append((seen.now(), str(error)))
            look()
        except Unexpected as error:
            with seen.lock:
                seen.wrong.append(f"{seen.now():.1f} s, person {life.sub}: {error}")
            look()
        finally:
            first.hang_up()
            second.hang_up()


def one_round(life: Life, first: Visitor, second: Visitor, seen: Seen) -> None:
    """Sign in on two devices, and sign the first one out from the second.

    :raises Away: something did not answer.
    :raises Unexpected: the app has broken a promise.
    """
    look()
    first.sign_in(FIRST)
    count(seen, life, "sign-ins")
    known(life, first)
    look()
    if not life.linked:
        first.link(SECOND)
        life.linked = True
        count(seen, life, "links")
        look()
    second.sign_in(SECOND)
    count(seen, life, "sign-ins")
    known(life, second)
    look()
    answer = second.press("/account/sessions", "/account/sessions/end-others")
    if (answer.status, answer.to) != (303, "/account/sessions"):
        raise Unexpected(f"end-others: {answer.status} {answer.to}")
    if first.who() is not None:
        raise Unexpected("a session that was ended is still open")
    known(life, second)
    count(seen, life, "sign-outs elsewhere")


def look() -> None:
    """Look at a page."""
    time.sleep(random.uniform(*LOOKS))  # noqa: S311 - no secret


def count(seen: Seen, life: Life, what: str) -> None:
    """Count something that the app has confirmed."""
    with seen.lock:
        seen.done[what] += 1
    life.sign_ins += what == "sign-ins"


def known(life: Life, visitor: Visitor) -> None:
    """Check that a device is signed in to this person's account and to no other.

    :raises Unexpected: it is not.
    """
    text = visitor.who()
    if text is None:
        raise Unexpected("a session was lost")
    user = json.loads(text)["user"]
    if user["name"] != f"Person {life.sub}" or life.account not in (None, user["id"]):
        raise Unexpected(f"in another's account: {user['id']} {user['name']}, not {life.account}")
    life.account = user["id"]


def break_things(served: Fleet, database: Postgres, seen: Seen) -> None:
    """Kill and restart, by the clock, until the time is over."""
    todo = list(OUTAGES)
    turn = 0
    while seen.now() < SECONDS - 2 * KILL_EVERY:
        time.sleep(KILL_EVERY)
        victim = served.apps[turn % PROCESSES]
        turn += 1
        with seen.lock:
            seen.kills.append(seen.now())
        victim.kill()
        victim.start()
        if todo and seen.now() >= todo[0][1]:
            what, _, lasts = todo.pop(0)
            threading.Thread(
                target=outage, args=(what, lasts, served.limits, database, seen)
            ).start()


def outage(what: str, lasts: float, limits: Process, database: Postgres, seen: Seen) -> None:
    """Take a server away for some seconds."""
    began = seen.now()
    if what == "Redis":
        limits.kill()
        time.sleep(lasts)
        limits.start()
    else:
        database.stop("immediate" if what.endswith("crashed") else "fast")
        time.sleep(lasts)
        database.start()
    with seen.lock:
        seen.outages[what] = (began, seen.now())


def judged(seen: Seen) -> dict[str, Any]:
    """Sort what was away: with the database, with a killed process, or without a reason."""
    found: dict[str, Any] = {"database away": 0, "its process was killed": 0, "no reason": []}
    spans = [span for what, span in seen.outages.items() if what.startswith("PostgreSQL")]
    for at, what in seen.away:
        if any(began <= at <= ended + GRACE for began, ended in spans):
            found["database away"] += 1
        # haproxy says 502 or closes the connection for a request of a process that was killed.
        elif ("503" not in what) and any(kill <= at <= kill + GRACE for kill in seen.kills):
            found["its process was killed"] += 1
        else:
            found["no reason"].append(f"{at:.1f} s: {what}")
    return found


def losses(lives: list[Life], url: str) -> list[str]:
    """Return what the database does not have of what people were told, or has by halves."""
    with psycopg.connect(url) as connection:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            return connection.execute(statement).fetchall()

        held = {
            (provider, sub): str(user)
            for provider, sub, user in rows("SELECT provider, sub, user_id FROM identities")
        }
        orphans = rows(
            "SELECT id FROM users WHERE NOT EXISTS"
            " (SELECT 1 FROM identities WHERE user_id = users.id)"
        )
        [(events,)] = rows(
            "SELECT count(*) FROM audit_events WHERE event IN ('sign_up', 'sign_in')"
        )
        [(people,)] = rows("SELECT count(*) FROM users")
    found = [f"user {number} has no identity" for (number,) in orphans]
    for life in lives:
        wanted = [FIRST, SECOND] if life.linked else [FIRST]
        found += [
            f"person {life.sub}: {name} belongs to {held.get((name, life.sub))}"
            for name in wanted
            if life.account and held.get((name, life.sub)) != life.account
        ]
    told = sum(life.sign_ins for life in lives)
    if events < told:
        found.append(f"{told} sign-ins were confirmed, {events} are in the audit log")
    if people > len(lives):
        found.append(f"{people} accounts for {len(lives)} people")
    return found


def run(app: Path, folder: Path, database: Postgres) -> dict[str, Any]:
    """Run it all; return what was done, what was away and why, and what was wrong."""
    with (
        counting_provider() as people,
        fleet(app, folder, database, people.settings_for(FIRST, SECOND), PROCESSES) as served,
    ):
        lives, seen = [Life(str(number)) for number in range(1, PEOPLE + 1)], Seen()
        threads = [
            threading.Thread(target=live, args=(life, served, people, seen)) for life in lives
        ]
        for thread in threads:
            thread.start()
        break_things(served, database, seen)
        for thread in threads:
            thread.join()
    return {
        "people": PEOPLE,
        "seconds": SECONDS,
        "done": dict(seen.done),
        "processes killed": len(seen.kills),
        "outages": {what: [round(at, 1) for at in span] for what, span in seen.outages.items()},
        "not answered": judged(seen),
        "wrong": seen.wrong,
        "lost": losses(lives, database.url),
    }
