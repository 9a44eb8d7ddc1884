"""The provider that misbehaves, a server that nothing may reach, and the file."""

from collections.abc import Iterator

import pytest
from harness.bad_provider import BadProvider, Listener

from .serving import OneFile, Person, served


@pytest.fixture(scope="session")
def bad_provider() -> Iterator[BadProvider]:
    made = BadProvider()
    yield made
    made.close()


@pytest.fixture
def provider(bad_provider: BadProvider) -> BadProvider:
    """The provider, honest at the beginning of a test."""
    bad_provider.reset()
    return bad_provider


@pytest.fixture(scope="session")
def canary() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture(scope="session")
def one(bad_provider: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneFile]:
    """The file, served for all tests that do not change it."""
    with served(tmp_path_factory.mktemp("one_file"), bad_provider) as running:
        yield running


@pytest.fixture
def person(one: OneFile, provider: BadProvider) -> Person:
    one.log.clear()
    return Person(one)
