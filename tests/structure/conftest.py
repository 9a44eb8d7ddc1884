"""What the tests of the app's structure share."""

from harness.fixtures import migrated_sqlite, sqlite_url  # noqa: F401
