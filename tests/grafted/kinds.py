"""How people sign in with a password in each of the sample apps."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """Addresses and fields of an app; `{who}` is the name in small letters."""

    login: str
    logout: tuple[str, str]
    register: str
    # A page of the app for the signed-in person, and what stands on it.
    mine: str
    shows: str
    name_field: str
    prefix: str
    # Where a sign-in ends, as the app's own does.
    home: str = "/"
    fields: dict[str, str] = field(default_factory=dict)
    new_fields: dict[str, str] = field(default_factory=dict)
    remember: str = "remember"
    # Whether an account needs an address.
    needs_email: bool = False
    # What somebody stores: the forms to send, in order.
    stores: tuple[tuple[str, dict[str, str]], ...] = ()


KINDS = {
    "board": Kind(
        login="/login",
        logout=("GET", "/logout"),
        register="/register",
        mine="/",
        shows='href="/user/{who}">Profile',
        name_field="username",
        prefix="/signin",
        fields={"username": "{who}"},
        new_fields={"email": "{who}@example.org", "password2": "{who}-and-a-secret"},
        remember="remember_me",
        stores=(("/", {"body": "A first note"}),),
    ),
    "shop": Kind(
        login="/auth/login",
        logout=("POST", "/auth/logout"),
        register="/auth/register",
        mine="/orders",
        shows="Log out {who}",
        name_field="name",
        prefix="",
        fields={"email": "{who}@example.org"},
        new_fields={"name": "{who}", "confirm": "{who}-and-a-secret"},
        needs_email=True,
        stores=(("/cart/add/1", {}), ("/checkout", {})),
    ),
    "library": Kind(
        login="/signin",
        logout=("POST", "/signout"),
        register="/join",
        mine="/",
        shows='href="/account">{who}<',
        name_field="display_name",
        prefix="/sign-in",
        fields={"email": "{who}@example.org"},
        new_fields={"display_name": "{who}"},
        stores=(("/loans", {"title": "A good book"}),),
    ),
    "notes": Kind(
        login="/login",
        logout=("GET", "/logout"),
        register="/join",
        mine="/mine",
        shows="Notes of {who}",
        name_field="username",
        prefix="/signin",
        home="/mine",
        fields={"username": "{who}"},
        new_fields={"email": "{who}@example.org"},
        stores=(("/mine", {"text": "A first note"}),),
    ),
}
