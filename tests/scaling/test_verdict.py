"""What a run with faults calls a fault of the app.  The run itself is `make scale`."""

import psycopg
import pytest
from harness.databases import postgresql_database
from scale.faults import FIRST, SECOND, Life, Seen, judged, losses


def seen(*away: tuple[float, str]) -> Seen:
    found = Seen(away=list(away), kills=[10.0, 12.0])
    found.outages = {"Redis": (20.0, 30.0), "PostgreSQL": (40.0, 45.0)}
    return found


@pytest.mark.parametrize(
    ("at", "what", "reason"),
    [
        (41.0, "GET /login: 503", "database away"),
        (46.0, "GET /login: 503", "database away"),
        (10.5, "GET /login: 502", "its process was killed"),
        (12.5, "GET /login: ConnectionResetError", "its process was killed"),
    ],
)
def test_a_reason_is_found(at: float, what: str, reason: str) -> None:
    found = judged(seen((at, what)))

    assert found[reason] == 1
    assert found["no reason"] == []


@pytest.mark.parametrize(
    ("at", "what"),
    [
        (39.0, "GET /login: 503"),
        (60.0, "GET /login: 502"),
        # Redis may be away without an error, and a killed process takes no other one with it.
        (25.0, "GET /login: 500"),
        (10.5, "GET /login: 503"),
    ],
)
def test_anything_else_is_the_app_s_fault(at: float, what: str) -> None:
    assert judged(seen((at, what)))["no reason"] == [f"{at:.1f} s: {what}"]


def fill(url: str, *identities: tuple[str, str, int]) -> None:
    """Add identities with their users, and one sign-in in the log."""
    with psycopg.connect(url) as connection:
        for number in {user for _, _, user in identities}:
            connection.execute(
                "INSERT INTO users (id, email_verified, name_edited, picture_edited, is_admin,"
                " created_at) VALUES (%s, false, false, false, false, now())",
                (number,),
            )
        for provider, sub, user in identities:
            connection.execute(
                "INSERT INTO identities (user_id, provider, sub, issuer, email_verified,"
                " created_at, last_used_at) VALUES (%s, %s, %s, '', false, now(), now())",
                (user, provider, sub),
            )
        connection.execute(
            "INSERT INTO audit_events (created_at, event, user_id) VALUES (now(), 'sign_in', 1)"
        )


@pytest.mark.parametrize(
    ("identities", "life", "lost"),
    [
        ([(FIRST, "1", 1), (SECOND, "1", 1)], Life("1", "1", True, 1), []),
        ([(FIRST, "1", 1)], Life("1", "1", True, 1), ["person 1: second belongs to None"]),
        (
            [(FIRST, "1", 1), (SECOND, "1", 2)],
            Life("1", "1", True, 1),
            ["person 1: second belongs to 2", "2 accounts for 1 people"],
        ),
        (
            [(FIRST, "1", 1)],
            Life("1", "1", False, 2),
            ["2 sign-ins were confirmed, 1 are in the audit log"],
        ),
    ],
)
def test_what_is_lost_is_told(
    migrated_postgresql: str, identities: list[tuple[str, str, int]], life: Life, lost: list[str]
) -> None:
    with postgresql_database(migrated_postgresql) as url:
        fill(url, *identities)

        assert losses([life], url) == lost
