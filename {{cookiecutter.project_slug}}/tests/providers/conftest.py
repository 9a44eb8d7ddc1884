"""What the tests of single providers share: a login that is finished with recorded answers."""

from collections.abc import Callable

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
def finish(http: Http, recorded: responses.RequestsMock) -> Finish:
    """Finish a login at a provider: everything from the code to the claims."""
    flow = LoginFlow(http, Documents(http))

    def run(provider: Provider, **pending: str) -> Claims:
        ours = client(provider.at())
        return flow.finish(ours, PendingLogin(**pending), {"state": "s", "code": "the-code"}, "")

    return run
