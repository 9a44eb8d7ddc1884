"""The profile: its form, and who has the last word on a name: the provider or the user."""

import re
from dataclasses import replace

import pytest
from harness.app_server import RunningApp
from harness.visitor import Visitor, went_to

from .conftest import ADA, ADA_AT_B, GRACE, Serve, Visit

PICTURE = "https://pictures.example/ada.png"
OTHER = "https://pictures.example/other.png"


def beside(html: str, name: str) -> str:
    """Return the error that stands with a field, and is tied to it for screen readers."""
    error = re.search(rf'id="{name}-error"[^>]*>([^<]*)<', html)
    assert error, "no error beside the field"
    control = re.search(rf'<input[^>]*id="{name}"[^>]*>', html)
    assert control
    assert f'aria-describedby="{name}-error"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    return error[1]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "Enter a name."),
        ("   ", "Enter a name with visible characters."),
        ("x" * 201, "Field cannot be longer than 200 characters."),
        ("\u202eadA", "Enter a name with visible characters."),
        ("a\u0000b", "Enter a name with visible characters."),
    ],
    ids=["empty", "spaces", "too-long", "turned", "control"],
)
def test_an_error_stands_beside_its_field(
    app: RunningApp, ada: Visitor, name: str, error: str
) -> None:
    before = app.rows("users")
    answer = ada.press("/account", name=name, picture="initials")

    assert answer.status_code in (200, 400, 422)
    assert beside(answer.text, "name") == error
    assert app.rows("users") == before


@pytest.mark.parametrize("picture", ["99", "https://evil.example/x.png", ""])
def test_a_picture_of_nobody(app: RunningApp, ada: Visitor, picture: str) -> None:
    ada.sign_in("alpha", replace(ADA, picture=PICTURE))
    before = app.rows("users")
    answer = ada.press("/account", name="Ada", picture=picture)

    assert answer.status_code in (200, 400, 422)
    assert re.search('<p class="error" id="picture-error">Not a valid choice', answer.text)
    assert app.rows("users") == before


def test_only_name_and_picture_can_be_changed(app: RunningApp, ada: Visitor) -> None:
    fields = {"email": "x@example.com", "email_verified": "y", "is_admin": "y", "id": "7"}
    answer = ada.press("/account", name="Countess", picture="initials", **fields)
    (user,) = app.rows("users")

    assert went_to(answer) == "/account"
    assert (user["id"], user["name"], user["is_admin"]) == (1, "Countess", 0)
    assert user["email"] == ADA.email
    assert "Profile saved." in ada.page("/account")


def test_a_picture_of_ones_own_sign_in(app: RunningApp, visitor: Visitor, visit: Visit) -> None:
    visit(app).sign_in("beta", replace(GRACE, picture=OTHER))
    visitor.sign_in("alpha", replace(ADA, picture=PICTURE))
    visitor.link("google", replace(ADA_AT_B, picture=OTHER))
    page = visitor.page("/account")
    assert "From Alpha" in page
    assert "From Google" in page

    visitor.press("/account", name="Ada", picture="3")
    assert visitor.who()["picture"] == OTHER
    visitor.press("/account", name="Ada", picture="1")
    assert visitor.who()["picture"] == OTHER, "another user's picture was taken"
    visitor.press("/account", name="Ada", picture="initials")
    assert visitor.who()["picture"] is None


MODES = {
    # What the provider says later changes: an empty field, a filled one, an edited one.
    "empty": ("new", "old", "mine"),
    "always": ("new", "new", "mine"),
    "never": (None, "old", "mine"),
}


@pytest.mark.parametrize("mode", MODES)
def test_profile_sync(serve: Serve, visit: Visit, sql: object, mode: str) -> None:
    empty, filled, edited = MODES[mode]
    app = serve(PROFILE_SYNC=mode)
    old = replace(ADA, name="old", email="old@example.com", picture="https://p.example/old")
    new = replace(ADA, name="new", email="new@example.com", picture="https://p.example/new")

    def shown(browser: Visitor) -> list[str | None]:
        user = browser.who()
        address = (user["email"] or "").removesuffix("@example.com") or None
        picture = (user["picture"] or "").removeprefix("https://p.example/") or None
        return [user["name"], picture, address]

    person = visit(app)
    person.sign_in("alpha", old)
    sql(app, "UPDATE users SET name = NULL, picture = NULL, email = NULL, email_verified = false")
    person.sign_in("alpha", new)
    assert shown(person) == [empty, empty, empty]

    second = replace(new, sub="second")
    person.sign_in("alpha", replace(old, sub="second"))
    person.sign_in("alpha", second)
    # A picture is an address at the provider: it follows, or it would be broken one day.
    assert shown(person) == [filled, "old" if mode == "never" else "new", filled]
    assert person.who()["email_verified"] is True

    person.press("/account", name="mine", picture="initials")
    person.sign_in("alpha", second)
    assert shown(person)[:2] == [edited, None]


def test_an_unverified_address_replaces_nothing(serve: Serve, visit: Visit) -> None:
    app = serve(PROFILE_SYNC="always")
    ada = visit(app)
    ada.sign_in("alpha", ADA)
    ada.sign_in("alpha", replace(ADA, email="new@example.com", verified=False))
    ada.sign_in("alpha", replace(ADA, email=None))

    assert ada.who()["email"] == ADA.email
    assert ada.who()["email_verified"] is True


def test_ui_07_nobody_gets_a_made_up_address(app: RunningApp, visit: Visit) -> None:
    for number in range(2):
        visit(app).sign_in("alpha", replace(ADA, sub=str(number), email=None))

    assert [user["email"] for user in app.rows("users")] == [None, None]
    assert [user["email_verified"] for user in app.rows("users")] == [0, 0]


def test_ui_09_the_provider_does_not_make_admins(app: RunningApp, visitor: Visitor) -> None:
    claims = {"is_admin": True, "id": 7, "role": "admin", "disabled_at": "2026-01-01"}
    visitor.sign_in("alpha", replace(ADA, claims=claims))

    assert visitor.who()["is_admin"] is False
    assert visitor.who()["id"] == "1"
