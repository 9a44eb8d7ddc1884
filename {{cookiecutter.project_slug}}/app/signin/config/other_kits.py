"""What is meant by names that other kits, frameworks and platforms have."""

import re
from collections.abc import Iterable

SESSIONS = ("SESSION_TIMEOUT", "SESSION_LIFETIME", "PERMANENT_SESSION_LIFETIME")
DATABASES = ("DB_URL", "DB_URI", "POSTGRES_URL", "POSTGRESQL_URL", "SQLALCHEMY_DATABASE_URL")
# Flask's own words, which no other program reads.
OF_FLASK = {"FLASK_ENV": "APP_ENV", "SERVER_NAME": "PUBLIC_URL"}
OTHER_WORDS = {
    **OF_FLASK,
    "ENVIRONMENT": "APP_ENV",
    **dict.fromkeys(("FLASK_SECRET_KEY", "AUTH_SECRET", "NEXTAUTH_SECRET"), "SECRET_KEY"),
    **dict.fromkeys(("SQLALCHEMY_DATABASE_URI", *DATABASES), "DATABASE_URL"),
    **dict.fromkeys(("BASE_URL", "SITE_URL", "APP_URL"), "PUBLIC_URL"),
    **dict.fromkeys(("AUTH_URL", "NEXTAUTH_URL"), "PUBLIC_URL"),
    **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), "OUTBOUND_PROXY"),
    **dict.fromkeys(("ADMIN_USERS", "ADMIN_IDS", "ADMIN_EMAILS", "SUPERUSERS"), "ADMINS"),
    **dict.fromkeys(SESSIONS, "SESSION_IDLE_MINUTES"),
}
# A switch for new accounts, such as ALLOW_REGISTRATION or DISABLE_SIGNUP.
SIGN_UP = re.compile(
    r"((ALLOW|ENABLE|DISABLE|OPEN|NEW|USER|ACCOUNT|IS|SECURITY)D?_)*"
    r"(SIGN_?UPS?|REGISTRATIONS?|REGISTERABLE)(_(ALLOWED|ENABLED|DISABLED|OPEN|CLOSED))?"
)
CALLBACK = re.compile(r"(.*_)?(REDIRECT|CALLBACK)_(URI|URL)")
# How kits write a provider's credentials around its name.
BEFORE = re.compile(r"^(SOCIAL_?AUTH|NEXT_?AUTH|AUTH|NEXT_PUBLIC|REACT_APP|VITE)_")
CREDENTIALS = {
    "CLIENT_ID": re.compile(r"(OAUTH2?_)?(CLIENT_)?(ID|KEY)"),
    "CLIENT_SECRET": re.compile(r"(OAUTH2?_)?(CLIENT_)?SECRET"),
}
# How the settings of an OIDC_<NAME> or OAUTH_<NAME> provider end elsewhere.
ENDINGS = {
    **dict.fromkeys(("DISCOVERY_URL", "SERVER_METADATA_URL", "WELL_KNOWN_URL"), "METADATA_URL"),
    **dict.fromkeys(("ISSUER_URL", "ISSUER_URI", "AUTHORITY", "DOMAIN"), "ISSUER"),
    **dict.fromkeys(("NAME", "TITLE", "DISPLAY_NAME"), "LABEL"),
    **dict.fromkeys(("AUTHORIZE_URL", "AUTH_URL"), "AUTHORIZATION_ENDPOINT"),
    **dict.fromkeys(("ACCESS_TOKEN_URL", "TOKEN_URL"), "TOKEN_ENDPOINT"),
    **dict.fromkeys(("USERINFO_URL", "PROFILE_URL"), "USERINFO_ENDPOINT"),
}


def meant(name: str, prefixes: Iterable[str]) -> str:
    """Return the setting that has this name elsewhere, or an empty string.

    `prefixes` are those of the app's providers.
    """
    upper = name.upper()
    if SIGN_UP.fullmatch(upper):
        return "SIGNUP"
    bare = BEFORE.sub("", upper)
    for prefix in prefixes:
        for ending, spelt in CREDENTIALS.items():
            if bare.startswith(prefix) and spelt.fullmatch(bare.removeprefix(prefix)):
                return f"{prefix}{ending}"
    return OTHER_WORDS.get(upper, "")


def advice(name: str, prefixes: Iterable[str]) -> str:
    """Return what to do about a name that stands for no setting, or an empty string."""
    upper = name.upper()
    if CALLBACK.fullmatch(upper):
        return "the callback URL is always made of PUBLIC_URL, see flask providers"
    if upper in CREDENTIALS and prefixes:
        named = " or ".join(f"{prefix}{upper}" for prefix in [*prefixes][:2])
        return f"write whose it is, such as {named}"
    return ""


def of_generic(name: str, kind: str, endings: Iterable[str], known: Iterable[str]) -> str:
    """Return what to do about OIDC_… or OAUTH_… that is no setting, or an empty string.

    `known` are the names of the providers that are described so.
    """
    spelt = re.sub(r"\W", "_", name.upper())
    middle_or_ending = spelt.removeprefix(f"{kind}_")
    if middle_or_ending in endings:
        return f"write whose it is, such as {kind}_COMPANY_{middle_or_ending}"
    if text := advice(name, ()):
        return text
    if spelt != name:
        return f"did you mean {spelt}?"
    of = next((f"{kind}_{one}_" for one in known if spelt.startswith(f"{kind}_{one}_")), "")
    ending = spelt.removeprefix(of)
    ours = ENDINGS.get(ending) or ending.removesuffix("S")
    return f"did you mean {of}{ours}?" if of and ours in endings else ""
