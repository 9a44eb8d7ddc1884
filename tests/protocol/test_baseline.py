"""The honest provider: each kind of it signs people in.  What the hostile rows differ from."""

import pytest
from harness.app_server import RunningApp
from harness.bad_provider import BadProvider, Listener
from harness.walk import Row, walk

TENANTS = ("op", "google", "plain", "github", "facebook", "x", "one")


@pytest.mark.parametrize("tenant", TENANTS)
def test_an_honest_provider_signs_in(
    tenant: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id="honest", outcome="OK", tenant=tenant), app, provider, canary)
    assert provider.count("token") == 1
    assert provider.count("userinfo") == 1
