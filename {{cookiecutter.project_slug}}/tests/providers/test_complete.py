"""What the recorded answers of each provider must show: the token request, and each refusal.

Nothing here is said per provider: a new file is tested because it exists.
"""

from typing import Any

import pytest

from app.signin.oauth.token import auth_method

from .offline import Site, credentials
from .test_recorded import FILES, merged, read

each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def honest(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the first case that gives claims."""
    return merged(recorded, next(case for case in recorded["cases"] if "claims" in case))


@each
def test_the_token_request_is_recorded(file):
    """With all its fields: `test_recorded` compares them with those that are sent."""
    request = read(file)["answers"]["tokens"].get("request", {})

    assert request.get("form") or request.get("json") or request.get("query"), (
        f"recorded/{file.name}: answers.tokens.request says nothing about the fields that are sent"
    )


@each
def test_the_secret_is_sent_once(file):
    case = honest(read(file))
    site = Site(file.stem, case)
    site.log_in(case)
    client, provider = site.client, site.client.provider
    address = case["answers"]["tokens"]["url"]
    request = next(one for one in site.http.sent if one.url.partition("?")[0] == address)
    places = {
        place: text.count(client.client_secret)
        for place, text in credentials(request).items()
        if client.client_secret and client.client_secret in text
    }

    said = f"app/signin/providers/{file.name}: the token request has the secret in {places}"
    if provider.authenticate is None:
        method = auth_method(provider, site.flow.metadata(provider))
        where = {"client_secret_basic": {"header": 1}, "client_secret_post": {"body": 1}}
        assert places == where.get(method, {}), f"{said}, but it is declared as {method}"
    assert sum(places.values()) <= 1, said


@each
def test_each_refusal_is_recorded(file):
    """An error of the token endpoint, and one of each further answer that a login asks for."""
    recorded = read(file)
    refused = set()
    for case in recorded["cases"]:
        for name, answer in case.get("answers", {}).items():
            if answer and ("error" in case or answer.get("status", 200) >= 400):
                refused.add(name)
    missing = recorded["answers"].keys() - refused

    assert not missing, (
        f"recorded/{file.name}: no case has an error answer of {', '.join(sorted(missing))}:"
        " one with a status of 400 or more, or one that ends in an error"
    )
