"""Fill a PostgreSQL database with many users and audit events, and measure the admin's pages.

    python scripts/many_rows.py fill postgresql://postgres@127.0.0.1/many [USERS] [EVENTS]
    python scripts/many_rows.py measure postgresql://postgres@127.0.0.1/many

`fill` needs an empty database that nobody else uses.  `measure` asks for each page as an
administrator, without a web server, and prints the median and the slowest of ten, and how many
statements each took; it exits with 1 if a page needs more than 100 ms or three statements.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "{{cookiecutter.project_slug}}"))
# The account is an administrator, signed in with a key that this script knows.
KEY = "signin.measured"
MOST_MS, MOST_STATEMENTS, TIMES = 100, 3, 10
FILL = (
    """INSERT INTO users (id, name, email, email_verified, name_edited, picture_edited, is_admin,
        disabled_at, created_at)
    SELECT n, 'Person ' || md5(n::text), 'p' || n || '@' || md5(n::text) || '.example',
        n % 3 > 0, false, false, n % 100000 = 1, CASE WHEN n % 50 = 0 THEN now() END,
        now() - (:users - n) * interval '20 seconds' FROM generate_series(1, :users) n""",
    """INSERT INTO identities (id, user_id, provider, sub, issuer, name, email, email_verified,
        created_at, last_used_at)
    SELECT id, id, 'practice', 'sub-' || id, 'practice', name, email, email_verified, created_at,
        created_at FROM users""",
    """INSERT INTO audit_events (id, created_at, event, reason, user_id, provider, request_id,
        address)
    SELECT n, now() - (:events - n) * interval '2 seconds',
        CASE WHEN n % 1000 = 0 THEN 'disable' WHEN n % 9 = 0 THEN 'refused' ELSE 'sign_in' END,
        CASE WHEN n % 9 = 0 THEN 'not_allowed' END, 1 + (n * 7919::bigint) % :users, 'practice',
        substr(md5(n::text), 1, 16), '192.0.2.' || n % 250 FROM generate_series(1, :events) n""",
    """INSERT INTO invitations (id, token_hash, note, created_at, expires_at)
    SELECT n, md5(n::text) || md5(n::text), 'For guest ' || n, now(), now() + interval '7 days'
        FROM generate_series(1, 100000) n""",
    """INSERT INTO api_tokens (id, user_id, kind, name, prefix, token_hash, scope, created_at,
        expires_at)
    SELECT n, n, 'personal', 'backup ' || n, 'app_pat_' || n % 1000, md5(n::text) || md5(n::text),
        'notes:read', now(), now() + interval '30 days' FROM generate_series(1, 100000) n""",
)
SESSION = """INSERT INTO login_sessions (id, key_hash, user_id, identity_id, provider, sub,
    created_at, authenticated_at, last_seen_at, expires_at, address, user_agent)
    VALUES (1, :key_hash, 1, 1, 'practice', 'sub-1', now(), now(), now(),
        now() + interval '30 days', '192.0.2.1', 'measure')"""
PAGES = (
    "/admin/",
    "/admin/?after=500000",
    "/admin/?sort=email",
    "/admin/?sort=-email,number&page=400",
    "/admin/?search=example",
    "/admin/?search=nobody-has-this",
    "/admin/?search=%25",
    "/admin/?search=777",
    "/admin/?sort=created_at",
    "/admin/?sort=number,email&after=500000&page=1000",
    "/admin/?email=p777777@f1c1592588411002af340cbaedd6fc33.example",
    "/admin/?number=777777",
    "/admin/?admin=yes",
    "/admin/?state=disabled&search=person&sort=email",
    "/admin/users/500000",
    "/admin/events",
    "/admin/events?after=5000000",
    "/admin/events?after=10",
    "/admin/events?sort=created_at&after=9900000",
    "/admin/events?event=disable",
    "/admin/events?search=nobody",
    "/admin/events?user=500000",
    "/admin/events?user=500000&event=refused",
    "/admin/invitations",
    "/admin/invitations?search=guest+99",
    "/admin/tokens",
    "/admin/tokens?user=500",
)


def app_with(database_url: str) -> Any:
    """Return the app of the template folder, with every option."""
    os.environ["APP_ENV"] = "development"
    from app import create_app

    settings = {
        "APP_ENV": "development",
        "SECRET_KEY": "for-measuring-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "DATABASE_URL": database_url,
        "RATELIMIT_ENABLED": "0",
    }
    return create_app(settings)


def fill(database_url: str, users: int, events: int) -> None:
    """Migrate an empty database, and fill it."""
    import flask_migrate
    from app.db import db
    from app.signin.database import hash_of
    from sqlalchemy import text

    numbers = {"users": users, "events": events}
    with app_with(database_url).app_context():
        flask_migrate.upgrade(str(ROOT / "{{cookiecutter.project_slug}}" / "migrations"))
        with db.engine.begin() as connection:
            for statement in FILL:
                began = time.perf_counter()
                wanted = {name: value for name, value in numbers.items() if f":{name}" in statement}
                connection.execute(text(statement), wanted)
                print(statement.split()[2], f"{time.perf_counter() - began:.0f} s", flush=True)
            connection.execute(text(SESSION), {"key_hash": hash_of(KEY)})
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def measure(database_url: str) -> bool:
    """Print what each page takes; return whether all keep the promise."""
    from app.db import db
    from sqlalchemy import event

    app, statements = app_with(database_url), []
    browser = app.test_client()
    with browser.session_transaction(base_url=app.config["PUBLIC_URL"]) as cookie:
        cookie["_user_id"] = KEY
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    kept = True
    print(f"{'page':64} {'median':>7} {'slowest':>8}  statements")
    for path in PAGES:
        took = []
        for _ in range(TIMES + 1):
            statements.clear()
            began = time.perf_counter()
            answer = browser.get(path, base_url=app.config["PUBLIC_URL"])
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                sys.exit(f"{path}: {answer.status}")
        # The first one compiles the templates, and writes when the session was last seen.
        median, slowest = statistics.median(took[1:]), max(took[1:])
        good = slowest < MOST_MS and len(statements) <= MOST_STATEMENTS
        kept = kept and good
        print(
            f"{path:64} {median:4.0f} ms {slowest:5.0f} ms {len(statements):11}",
            "" if good else "!",
        )
    return kept


if __name__ == "__main__":
    command, url, *counts = sys.argv[1:]
    if command == "fill":
        fill(url, *(map(int, counts) if counts else (1_000_000, 10_000_000)))
    else:
        sys.exit(not measure(url))
