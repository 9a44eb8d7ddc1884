"""What a provider says of a person, made fit for the database and for a page."""

import pytest

from app.auth.claims import cleaned
from app.oauth.errors import InvalidResponse
from app.oauth.provider import Claims


@pytest.mark.parametrize("sub", ["1815", "a b", "https://id.example/ada", "ä" * 255])
def test_a_sub_stays_as_it_is(sub):
    assert cleaned(Claims(sub=sub)).sub == sub


@pytest.mark.parametrize("sub", ["", "1" * 256, "a\x00", "a\n", "\ud800", "a\u202e", None, 1815])
def test_a_sub_that_is_refused(sub):
    with pytest.raises(InvalidResponse):
        cleaned(Claims(sub=sub))


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
    claims = cleaned(Claims(sub="1", name=name, preferred_username=name))

    assert claims.name == claims.preferred_username == shown


def test_an_address_in_lower_case():
    claims = cleaned(Claims(sub="1", email="Ada@Example.COM", email_verified=True))

    assert (claims.email, claims.email_verified) == ("ada@example.com", True)


@pytest.mark.parametrize(
    "email",
    ["ada", "@example.com", "ada@", "a@b@c", "a b@example.com", "a\n@b", "a" * 254 + "@b", 1],
)
def test_what_is_no_address_is_not_verified_either(email):
    claims = cleaned(Claims(sub="1", email=email, email_verified=True))

    assert (claims.email, claims.email_verified) == (None, False)


def test_only_true_is_verified():
    assert cleaned(Claims(sub="1", email="a@b", email_verified="yes")).email_verified is False


@pytest.mark.parametrize(
    "picture",
    [
        "http://pic.example/1",
        "javascript:alert(1)",
        "https://",
        "https://[",
        "https://pic.example/a b",
        "https://pic.example/\n",
        "https://pic.example/" + "x" * 2048,
        1,
    ],
)
def test_a_picture_that_is_left_out(picture):
    assert cleaned(Claims(sub="1", picture=picture)).picture is None


def test_a_picture():
    assert cleaned(Claims(sub="1", picture="https://pic.example/1")).picture
