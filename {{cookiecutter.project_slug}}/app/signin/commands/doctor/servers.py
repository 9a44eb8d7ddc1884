"""The checks of `flask doctor` on the database and Redis."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from limits.storage import storage_from_string
from sqlalchemy import false, update
from sqlalchemy.exc import SQLAlchemyError

from ...config import Settings
from ...host import db
from ...models import PendingLogin
from ...readiness import connection_problem, database_problem
from .findings import Finding, checked
from .reasons import reason

DATABASE = "database and migrations"
REDIS = "rate limits"
SECONDS = 3


def database() -> Finding:
    """Check that the database answers, is migrated and can be written."""
    problem = connection_problem() or database_problem() or _cannot_write() or ""
    problem, _, do = problem.partition(": ")
    return checked(DATABASE, problem, do)


def _cannot_write() -> str:
    """Return why a sign-in cannot be stored, or an empty string.  Nothing is changed."""
    nothing = update(PendingLogin).where(false()).values(provider="")
    try:
        db.session.execute(nothing.execution_options(synchronize_session=False))
    except SQLAlchemyError as error:
        said, *_ = str(getattr(error, "orig", error)).strip().splitlines()
        return f"nothing can be written ({said}): give the app's user the right to write there"
    finally:
        db.session.rollback()
    return ""


def redis(settings: Settings) -> Iterator[Finding]:
    """Check that Redis answers, if the rate limits are counted there."""
    if not settings.ratelimit_storage_uri.startswith("redis"):
        return
    limits: dict[str, Any] = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
    uri = settings.ratelimit_storage_uri
    storage: Any = storage_from_string(uri, **limits)
    try:
        storage.storage.ping()
    except storage.base_exceptions as error:
        yield Finding("FAIL", REDIS, *_why_no_redis(error, uri))
    else:
        yield Finding("ok", f"{REDIS}: Redis answers")


def _why_no_redis(error: Exception, uri: str) -> tuple[str, str]:
    """Return why Redis cannot be used, without the password, and what to do."""
    parts, said, do = urlsplit(uri), str(error), "see RATELIMIT_STORAGE_URI"
    where = f"{parts.hostname}:{parts.port or 6379}"
    if "AUTH" in said or "WRONGPASS" in said or "password" in said:
        return f"Redis at {where} refuses the password, or wants one", do
    if type(error).__name__ in ("ConnectionError", "TimeoutError"):
        why, correct = reason(error, uri, "RATELIMIT_STORAGE_URI")
        return f"Redis does not answer: {why if correct else where}", correct or do
    return f"Redis at {where} answers: {said.splitlines()[0]}", do
