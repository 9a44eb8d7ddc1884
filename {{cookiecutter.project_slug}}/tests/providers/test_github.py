"""GitHub: what its recorded answers do not show."""

import pytest
import responses
from responses.matchers import query_param_matcher

from app.signin.providers.github import PROVIDER

API = "https://api.github.com"


@pytest.fixture
def answers(recorded):
    """A login that goes well, for a test to replace parts of."""
    recorded.post(PROVIDER.token_endpoint, json={"access_token": "gho_16", "token_type": "bearer"})
    recorded.get(f"{API}/user", json={"login": "ada", "id": 1815})
    recorded.get(f"{API}/user/emails", json=[])
    return recorded


def test_the_operator_hears_of_a_missing_permission(finish, answers, caplog):
    answers.replace(responses.GET, f"{API}/user/emails", json={"message": "Not Found"}, status=404)

    assert finish(PROVIDER).email is None
    assert "e-mail addresses" in caplog.text


def test_all_pages_of_organizations_are_read(finish, answers):
    for number, names in (("1", range(100)), ("2", range(100, 130))):
        page = query_param_matcher({"per_page": "100", "page": number})
        orgs = [{"login": f"org-{name}"} for name in names]
        answers.get(f"{API}/user/orgs", json=orgs, match=[page])

    found = finish(PROVIDER, settings={"ALLOWED_ORGS": "org-129"}).member_of
    assert found == tuple(f"org-{name}" for name in range(130))
