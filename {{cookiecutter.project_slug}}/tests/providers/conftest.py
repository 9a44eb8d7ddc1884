"""What the tests of single providers share: a login that is finished with recorded answers."""

from collections.abc import Callable, Iterator

import pytest
import responses

from app.auth.flow import LoginFlow
from app.oauth.authorization import PendingLogin
from app.oauth.provider import Claims, Provider
from app.outbound.documents import Documents
from app.outbound.http import Http
from tests.examples import client

Finish = Callable[..., Claims]


@pytest.fixture
def recorded() -> Iterator[responses.RequestsMock]:
    """The provider's answers; each must be asked for, and nothing else."""
    with responses.RequestsMock() as recorded:
        yield recorded


@pytest.fixture
def finish(recorded: responses.RequestsMock) -> Finish:
    """Finish a login at a provider: everything from the code to the claims."""
    http = Http()
    flow = LoginFlow(http, Documents(http))

    def run(provider: Provider, **pending: str) -> Claims:
        ours = client(provider.at())
        return flow.finish(ours, PendingLogin(**pending), {"state": "s", "code": "the-code"}, "")

    return run
