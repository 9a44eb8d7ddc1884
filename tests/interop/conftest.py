"""What the tests with real servers share."""

from harness.chromium import chromium, context, page  # noqa: F401
from harness.fixtures import (  # noqa: F401
    each_database,
    migrated_postgresql,
    migrated_sqlite,
    sqlite_url,
)
