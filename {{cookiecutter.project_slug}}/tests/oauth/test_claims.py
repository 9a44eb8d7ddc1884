"""Who it is: read from a provider's documents, and made fit for the database and for a page."""

import pytest

from app.signin.oauth.claims import (
    as_sub,
    at_path,
    claim_is_true,
    completed,
    sanitized,
    standard_claims,
    userinfo_claims,
)
from app.signin.oauth.errors import InvalidResponse
from app.signin.oauth.provider import Claims, Grant
from tests.examples import METADATA, OPENID, PLAIN, client

ADA = {"sub": "1815", "name": "Ada", "email": "ada@example.com", "email_verified": True}


def grant(id_token, userinfo=None, metadata=METADATA, provider=OPENID):
    """Return a grant whose provider has one document."""
    return Grant(
        client=client(provider),
        metadata=metadata,
        tokens={"access_token": "an-access-token"},
        id_token=id_token,
        call={METADATA["userinfo_endpoint"]: userinfo}.__getitem__,
        start_call=None,
    )


# --- The standard claims


def test_a_full_id_token_says_everything():
    assert standard_claims(grant(ADA)) == Claims(
        sub="1815", name="Ada", email="ada@example.com", email_verified=True
    )


def test_a_bare_id_token_is_completed():
    userinfo = {"sub": "1815", "name": "Ada", "picture": "https://pic.example", "iss": "x"}

    assert standard_claims(grant({"sub": "1815", "name": None}, userinfo)) == Claims(
        sub="1815", name="Ada", picture="https://pic.example"
    )


def test_a_profile_of_somebody_else_is_refused():
    with pytest.raises(InvalidResponse):
        standard_claims(grant({"sub": "1815"}, {"sub": "1906", "name": "Grace"}))


def test_what_is_signed_counts_more():
    userinfo = {"sub": "1815", "name": "Somebody", "email": "ada@example.com"}

    assert standard_claims(grant({"sub": "1815", "name": "Ada"}, userinfo)).name == "Ada"


def test_verified_is_said_of_the_address_beside_it():
    userinfo = {"sub": "1815", "email": "other@example.com", "email_verified": True}
    signed = standard_claims(grant({"sub": "1815", "email": "ada@example.com"}, userinfo))
    told = standard_claims(
        grant({"sub": "1815", "email_verified": True}, {**userinfo, "email_verified": False})
    )

    assert (signed.email, signed.email_verified) == ("ada@example.com", False)
    assert (told.email, told.email_verified) == ("other@example.com", False)


# --- The claims of one document, and its words


def test_a_document_with_fields_of_its_own():
    claims = userinfo_claims(sub="user.id", name="user.nick", email="mails.0.address")
    document = {"user": {"id": 1815, "nick": "ada"}, "mails": [{"address": "ada@example.com"}]}
    plain = grant({}, document, provider=PLAIN)

    assert claims(plain) == Claims(sub="1815", name="ada", email="ada@example.com")


@pytest.mark.parametrize(
    ("path", "found"), [("a.b", [1]), ("a.b.0", 1), ("a.b.1", None), ("a.b.c", None), ("x.y", None)]
)
def test_a_value_at_a_dotted_path(path, found):
    assert at_path({"a": {"b": [1]}}, path) == found


@pytest.mark.parametrize(("value", "text"), [("1815", "1815"), (1815, "1815"), (0, "0")])
def test_an_id_is_text_or_a_whole_number(value, text):
    assert as_sub(value) == text


@pytest.mark.parametrize("value", [None, True, 1.5, ["1"], {}])
def test_anything_else_is_no_id(value):
    with pytest.raises(InvalidResponse):
        as_sub(value)


@pytest.mark.parametrize(
    ("value", "true"), [(True, True), ("true", True), (1, False), ("1", False)]
)
def test_what_counts_as_true(value, true):
    assert claim_is_true(value) is true


# --- Fit to be stored and shown


@pytest.mark.parametrize("sub", ["1815", "a b", "https://id.example/ada", "ä" * 255])
def test_a_sub_stays_as_it_is(sub):
    assert sanitized(Claims(sub=sub)).sub == sub


@pytest.mark.parametrize("sub", ["", "1" * 256, "a\x00", "a\n", "\ud800", "a\u202e", None, 1815])
def test_a_sub_that_would_have_to_be_changed_is_refused(sub):
    with pytest.raises(InvalidResponse):
        sanitized(Claims(sub=sub))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("山田 太郎", "山田 太郎"),
        ("Ada\x00\u202eecalevoL\ud800", "AdaecalevoL"),
        ("x" * 300, "x" * 200),
        ("\x00", None),
        (["Ada"], None),
    ],
)
def test_a_name(name, shown):
    claims = sanitized(Claims(sub="1", name=name, preferred_username=name))

    assert claims.name == claims.preferred_username == shown


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("\u212aarl@example.com", "\u212aarl@example.com"),
        ("ada", None),
        ("@example.com", None),
        ("a@b@c", None),
        ("a b@example.com", None),
        ("a\n@b", None),
        ("a" * 254 + "@b", None),
        (1, None),
    ],
)
def test_an_address_and_what_is_none(email, kept):
    claims = sanitized(Claims(sub="1", email=email, email_verified=True))

    assert (claims.email, claims.email_verified) == (kept, kept is not None)


def test_only_true_is_verified():
    assert sanitized(Claims(sub="1", email="a@b", email_verified="yes")).email_verified is False


@pytest.mark.parametrize(
    ("picture", "kept"),
    [
        ("https://pic.example/1", "https://pic.example/1"),
        ("http://pic.example/1?u=http://b", "https://pic.example/1?u=http://b"),
        ("http://localhost:8000/ada.svg", "https://localhost:8000/ada.svg"),
        ("javascript:alert(1)", None),
        ("https://pic.example/\n", None),
        ("http://pic.example/" + "x" * 2029, None),
        (1, None),
    ],
)
def test_a_picture_is_an_https_address(picture, kept):
    assert sanitized(Claims(sub="1", picture=picture)).picture == kept


@pytest.mark.parametrize(
    ("picture", "kept"),
    [
        ("http://localhost:8000/ada.svg", "http://localhost:8000/ada.svg"),
        ("http://localhost:80001/ada.svg", None),
        ("http://localhost:8000.pic.example/1", None),
        ("http://localhost:9000/ada.svg", "https://localhost:9000/ada.svg"),
        ("http://pic.example/1", "https://pic.example/1"),
        ("http://localhost:8000/ \n", None),
    ],
)
def test_a_picture_of_the_app_itself_stays(picture, kept):
    assert sanitized(Claims(sub="1", picture=picture), "http://localhost:8000").picture == kept


def test_an_address_that_only_begins_like_the_app_s_is_another():
    claims = sanitized(Claims(sub="1", picture="http://localhost:8000/1"), "http://localhost:800")
    assert claims.picture == "https://localhost:8000/1"


@pytest.mark.parametrize(("kept", "name"), [(("name",), "Ada Lovelace"), ((), None)])
def test_a_claim_that_comes_once_stays(kept, name):
    """Where a provider sends it each time, one that is missing was taken back."""
    stored = Claims(sub="1815", name="Ada Lovelace", picture="https://example.com/ada.png")
    found = completed(Claims(sub="1815", kept=kept), stored)
    assert (found.name, found.picture) == (name, None)
    assert completed(Claims(sub="1815", name="Countess", kept=kept), stored).name == "Countess"
