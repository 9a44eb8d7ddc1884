"""What the tests of single providers share: a login that is finished with recorded answers."""

from collections.abc import Callable

import pytest
import responses

from app.signin.oauth.authorization import LoginRequest
from app.signin.oauth.flow import LoginFlow
from app.signin.oauth.provider import Claims, Provider
from app.signin.oauth.transport.documents import Documents
from app.signin.oauth.transport.http import Http
from tests.examples import client

Finish = Callable[..., Claims]


@pytest.fixture
def finish(http: Http, recorded: responses.RequestsMock) -> Finish:
    """Finish a login at a provider: everything from the code to the claims."""
    flow = LoginFlow(http, Documents(http))

    def run(provider: Provider, **of_client: object) -> Claims:
        ours = client(provider, **of_client)
        return flow.finish(ours, LoginRequest(), {"state": "s", "code": "the-code"}).claims

    return run
