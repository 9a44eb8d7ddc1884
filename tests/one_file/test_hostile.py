"""The hostile cases of the app's own login, at the file: it cannot drift from them."""

import pytest
from harness.bad_provider import BadProvider, Listener
from harness.walk import Row, pick
from protocol import test_code, test_id_token, test_mix_up, test_state, test_token_endpoint
from protocol.test_id_token import INVALID, PREPARED, SUBJECTS, claim
from protocol.test_userinfo import BODIES, subject_rows

from .serving import OneFile, walk

ROWS = [
    *test_state.ROWS,
    *(
        row
        for row in test_code.ROWS
        if not row.id.startswith("CD-05 code ") or row.reason == "no_code"
    ),
    *(row for row in test_mix_up.ROWS if row.tenant != "plain" and "missing" not in row.id),
    *test_id_token.CLAIMS,
    *test_id_token.GOOD,
    *test_id_token.HEADERS,
    *test_id_token.SIGNATURES,
    *(Row(id=name, prepare=prepare, **INVALID) for name, prepare in PREPARED.items()),
    *(
        Row(id=name, stage="claims", change=claim(sub=sub), outcome="REJ1")
        for name, sub in SUBJECTS.items()
    ),
    *(row for row in test_token_endpoint.ROWS if row.tenant in ("op", "github")),
    *(row for row in subject_rows() + BODIES if row.tenant == "github"),
]


# Where the file takes less care than the app, and what that costs.  `docs/one-file.md` says it too.
LESS = {
    "ID-13 aud names others": "an ID Token for several clients is taken; it came from the provider",
    "ID-15 azp": "azp is not read",
    "ID-18 iat missing": "the age of an ID Token is its exp alone",
    "ID-18 iat a week old": "the age of an ID Token is its exp alone",
    "ID-18 iat two hours old": "the age of an ID Token is its exp alone",
    "ID-19 nonce a list": "a list that holds the nonce is taken; only the provider can sign one",
    "ID-23": "at_hash is not read: the access token is not used in OpenID Connect",
    "ID-08 crit empty": "crit is the library's to judge",
    "ID-11 typ l": "the type of a token is not read; nonce and exp say what it is for",
    "ID-11 typ a": "the type of a token is not read; nonce and exp say what it is for",
    "ID-27 nested": "JSON that is nested thousands deep is a page of status 500",
    "TK-07 nested": "JSON that is nested thousands deep is a page of status 500",
    "ID-28 sub twice": "of a member that stands twice the last counts",
    "ID-28 alg twice": "of a member that stands twice the last counts",
    "TK-10": "an access token that is none shows when it is used",
    "TK-11": "the type of the access token is not read",
}
# These fare as in the app although others of their kind do not.
AS_IN_THE_APP = ("TK-10 access_token missing", "TK-11 bEaReR", "TK-11 bearer", "TK-11 BEARER")
AS_IN_THE_APP += ("ID-15 azp ours, aud two", "ID-23 at_hash missing")


def less(row: Row) -> str:
    """Return why the file treats a case differently, or an empty string."""
    if row.id in AS_IN_THE_APP:
        return ""
    return next((why for start, why in LESS.items() if row.id.startswith(start)), "")


@pytest.mark.parametrize(**pick([row for row in ROWS if not less(row)]))
def test_as_in_the_app(row: Row, one: OneFile, provider: BadProvider, canary: Listener) -> None:
    walk(row, one, provider, canary)


@pytest.mark.parametrize(**pick([row for row in ROWS if less(row)]))
def test_less_than_the_app(row: Row, one: OneFile, provider: BadProvider, canary: Listener) -> None:
    """The list of exceptions is true: what has been mended leaves it."""
    with pytest.raises(AssertionError):
        walk(row, one, provider, canary)
