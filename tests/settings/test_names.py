"""Names that are no setting, but look like one."""

import random

import pytest

from .reading import DEVELOPMENT, GITHUB, load, problems

# What is written, and what is meant.  The right one decides who comes in.
DECIDING = {
    "SIGN_UP": "SIGNUP",
    "SIGNUPS": "SIGNUP",
    "SINGUP": "SIGNUP",
    "REQUIRE_MAIL": "REQUIRE_EMAIL",
    "REQUIRE_EMAILS": "REQUIRE_EMAIL",
    "ALLOWED_EMAIL_DOMAIN": "ALLOWED_EMAIL_DOMAINS",
    "ALLOWED_DOMAINS": "ALLOWED_EMAIL_DOMAINS",
    "ALLOWED_ORGS": "GITHUB_ALLOWED_ORGS",
    "ALLOWED_ORG": "GITHUB_ALLOWED_ORGS",
    "GITHUB_ORGS": "GITHUB_ALLOWED_ORGS",
    "GITHUB_ALLOWED_ORGANIZATIONS": "GITHUB_ALLOWED_ORGS",
    "HOSTED_DOMAIN": "GOOGLE_HOSTED_DOMAIN",
    "GOOGLE_DOMAIN": "GOOGLE_HOSTED_DOMAIN",
    "ADMIN": "ADMINS",
    "LINK_EMAIL": "LINK_BY_EMAIL",
    "LINKBYEMAIL": "LINK_BY_EMAIL",
    "signup": "SIGNUP",
    "Require_Email": "REQUIRE_EMAIL",
    "SIGN-UP": "SIGNUP",
    "\ufeffSIGNUP": "SIGNUP",
    "SIGNU\u0420": "SIGNUP",
    "github_allowed_orgs": "GITHUB_ALLOWED_ORGS",
    "UNRESTRICTED_PROVIDER": "UNRESTRICTED_PROVIDERS",
    "ALLOWED_EMAIL_DOMAINS_FILE": "ALLOWED_EMAIL_DOMAINS",
}
OTHERS = {
    "SESION_MAX_DAYS": "SESSION_MAX_DAYS",
    "SESSION_MAX_DAY": "SESSION_MAX_DAYS",
    "TRUSTED_PROXY": "TRUSTED_PROXIES",
    "PUBLICURL": "PUBLIC_URL",
    "RATE_LIMIT_LOGIN": "RATELIMIT_LOGIN",
    "GITHUB_CLIENTID": "GITHUB_CLIENT_ID",
    "GITHUB_CLIENTSECRET": "GITHUB_CLIENT_SECRET",
    "GITHUB_SECRET": "GITHUB_CLIENT_SECRET",
    "GITHUB_ID": "GITHUB_CLIENT_ID",
    "GITHB_CLIENT_ID": "GITHUB_CLIENT_ID",
    "github_client_id": "GITHUB_CLIENT_ID",
    "GOOGLE_CLIENT_SECRT": "GOOGLE_CLIENT_SECRET",
}


@pytest.mark.parametrize(("name", "meant"), DECIDING.items(), ids=DECIDING)
def test_a_rule_about_who_comes_in_is_misspelt_in_the_file(name: str, meant: str) -> None:
    [problem] = problems({name: "closed"}, [name])
    assert problem.startswith(f"{name} is not a setting of this app")
    assert meant in problem


@pytest.mark.parametrize(("name", "meant"), OTHERS.items(), ids=OTHERS)
def test_another_name_is_misspelt_in_the_file(name: str, meant: str) -> None:
    [notice] = load({name: "7"}, [name]).notices
    assert notice == f"{name} is not a setting of this app: did you mean {meant}?"


@pytest.mark.parametrize("empty", [False, True])
def test_the_same_in_the_environment_is_reported(empty: bool) -> None:
    """Not every app has a `.env`, and the variable may be another program's."""
    for name in ("SIGN_UP", "REQUIRE_MAIL", "ALLOWED_EMAIL_DOMAIN", "SESION_MAX_DAYS"):
        [notice] = load({name: "" if empty else "closed"}).notices
        assert notice.startswith(f"{name} is not a setting of this app")


@pytest.mark.parametrize(
    "name",
    [
        *("GITHUB_ALLOWED_ORG", "GITHUB_ORGS", "GITHUB_ALLOWED_ORGANIZATIONS", "GOOGLE_DOMAIN"),
        *("github_allowed_orgs", "GITHB_ALLOWED_ORGS", "GITHUB_ALLOWED_ORGS_FILE"),
        *("GOOGLE_HOSTED_DOMAIN_FILE", "ALLOWED_EMAIL_DOMAINS_FILE"),
    ],
)
def test_an_allow_list_that_only_this_app_has_is_misspelt_in_the_environment(name: str) -> None:
    """Compose, Kubernetes and systemd set the environment: there is no `.env`."""
    [problem] = problems({name: "acme"})
    assert problem.startswith(f"{name} is not a setting of this app")
    found = load(DEVELOPMENT | {name: "acme"})
    assert found.incomplete == (problem,)


def test_another_program_s_variable_beside_the_right_list_stops_nothing() -> None:
    found = load(GITHUB | {"GITHUB_ALLOWED_ORGS": "acme", "GITHUB_ORG": "acme"})
    assert found.incomplete == ()
    assert "did you mean GITHUB_ALLOWED_ORGS?" in found.notices[0]


def test_a_provider_s_name_alone_makes_no_allow_list() -> None:
    for name in ("GITHUB_OWNER", "GITHUB_ORIGIN", "GITHUB_ALLOWED_USERS", "GOOGLE_CLOUD_PROJECT"):
        assert load({name: "acme"}).incomplete == ()


@pytest.mark.parametrize(
    "name",
    [
        *("ALLOWED_DOMAINS", "ALLOWED_DOMAIN", "EMAIL_DOMAINS", "ALLOWED_EMAILS", "SIGN_UP"),
        *("ALLOWED_EMAIL_DOMAIN", "ALLOWED_ORGS", "HOSTED_DOMAIN", "SIGNUP_FILE", "ADMINS_FILE"),
    ],
)
def test_a_name_that_others_may_have_is_told(name: str) -> None:
    [notice] = load({name: "acme.example"}).notices
    assert notice.startswith(f"{name} is not a setting of this app")


def test_an_allow_list_of_a_provider_that_this_app_was_made_without() -> None:
    for name in ("OKTA_ALLOWED_ORGS", "OKTA_HOSTED_DOMAIN", "OKTA_ALLOWED_TEAMS"):
        [problem] = problems(GITHUB | {name: "acme"}, [name])
        assert problem.startswith(
            f"{name} keeps nobody out, since it is for Okta, which is not part"
        )
        assert load(GITHUB | {name: "acme"}).notices == (problem,)


def changed(name: str, draw: random.Random) -> str:
    """Return a name with one letter dropped, added or replaced, or none."""
    at, letter = draw.randrange(len(name)), draw.choice("AEIOSTXY")
    return draw.choice(
        [
            name,
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + letter + name[at + 1 :],
        ]
    )


@pytest.mark.parametrize("name", ["SIGNUP", "REQUIRE_EMAIL", "LINK_BY_EMAIL", "ADMINS"])
def test_one_or_two_letters_make_no_difference(name: str) -> None:
    draw = random.Random(name)  # noqa: S311
    swapped = [name[:at] + name[at : at + 2][::-1] + name[at + 2 :] for at in range(len(name))]
    for typed in swapped + [changed(changed(name, draw), draw) for _ in range(40)]:
        if typed != name:
            assert problems({typed: "x"}, [typed])[0].startswith(typed)


STRANGERS = {
    "ADMIN": "root",
    "ADMIN_USER": "root",
    "ADMIN_USERS": "root",
    "DB_ADMIN": "root",
    "PGADMIN": "root",
    "SYSADMIN": "root",
    "SUPERADMINS": "root",
    "ALLOWED_ORIGINS": "https://a.example",
    "CORS_ALLOWED_ORIGINS": "https://a.example",
    "ALLOWED_HOSTS": "a.example",
    "GITHUB_TOKEN": "x",
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": "x",
    "GITHUB_SERVER_URL": "https://github.com",
    "GOOGLE_APPLICATION_CREDENTIALS": "/x.json",
    "GITHUB_SERVICE_HOST": "10.0.0.1",
    "GITHUB_SERVICE_PORT": "80",
    "GITHUB_SERVICE_PORT_HTTP": "80",
    "GITHUB_PORT": "tcp://10.0.0.1:80",
    "GITHUB_PORT_80_TCP_ADDR": "10.0.0.1",
    "OIDC_FAKE_SERVICE_HOST": "10.0.0.1",
    "OIDC_FAKE_PORT": "tcp://10.0.0.1:80",
    "OIDC_FAKE_PORT_80_TCP": "tcp://10.0.0.1:80",
    "OAUTH_PROXY_SERVICE_PORT": "4180",
    "PORT": "8000",
    "BIND": "0.0.0.0:8000",
    "HOME": "/root",
    "PATH": "/bin",
    "LOGNAME": "root",
    "http_proxy": "http://proxy:3128",
    "_": "/bin/env",
}


def test_variables_of_other_programs_are_left_alone() -> None:
    found = load(STRANGERS)
    assert found.notices == ()
    assert found.clients == {}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "DB_ADMIN",
            "PGADMIN",
            "ADMIN_USER",
            "ALLOWED_ORIGINS",
            "ALLOWED_HOSTS",
            "STRIPE_API_KEY",
        ),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
        *("MAIL_SERVER", "MAIL_PASSWORD", "STRIPE_SECRET_KEY", "SENTRY_DSN", "REDIS_URL"),
        *("SLACK_WEBHOOK_URL", "SLACK_BOT_TOKEN", "DISCORD_TOKEN", "LINE_CHANNEL_ACCESS_TOKEN"),
        *("SHOPIFY_API_KEY", "MAILCHIMP_API_KEY", "TWITTER_BEARER_TOKEN", "ZOOM_ACCOUNT_ID"),
        *("CELERY_BROKER_URL", "LOG_LEVEL", "TZ", "SMTP_HOST", "S3_BUCKET", "OPENAI_API_KEY"),
    ],
)
def test_settings_of_the_owner_s_own_stand_in_the_file_too(name: str) -> None:
    assert load({name: "x"}, [name]).notices == ()


# --- Providers that the app does not have


COMMAND = """uvx cruft update -y --variables-to-update '{"providers": "%s"}'"""


@pytest.mark.parametrize(
    ("name", "label"), [("x", "X"), ("okta", "Okta"), ("logingov", "Login.gov")]
)
def test_a_provider_that_this_app_was_made_without(name: str, label: str) -> None:
    half = {f"{name.upper()}_CLIENT_ID": "our-id", f"{name.upper()}_CLIENT_SECRET": "our-secret"}
    found = load(GITHUB | half, half)
    assert set(found.clients) == {"github"}
    added = f"to add it, run {COMMAND % f'github,google,{name}'}"
    told = f"is for {label}, which is not part of this app: {added}"
    assert found.notices == tuple(f"{setting} {told}" for setting in sorted(half))
    assert load(half).notices == (), "variables of the process may be those of other programs"
    if name == "x":
        assert load(GITHUB | half, half, providers="github,x").notices == ()


# Written in .env of an app with github,x: which provider it is for, and what is meant.
OTHERS_PROVIDERS = {
    "VK_CLIENT_ID": ("VK", ""),
    "GOOGEL_CLIENT_SECRET": ("Google", "GOOGLE_CLIENT_SECRET"),
    "GOOGLE_CLIENTID": ("Google", "GOOGLE_CLIENT_ID"),
    "GOOGEL_CLIENTSECRET": ("Google", "GOOGLE_CLIENT_SECRET"),
    "MICROSFT_CLIENT_ID": ("Microsoft", "MICROSOFT_CLIENT_ID"),
    "ENTRA_CLIENT_ID": ("Microsoft", "MICROSOFT_CLIENT_ID"),
    "FACEBOOK_APP_ID": ("Facebook", "FACEBOOK_CLIENT_ID"),
    "FACEBOOK_APP_SECRET": ("Facebook", "FACEBOOK_CLIENT_SECRET"),
    "LINKEDIN_OAUTH_CLIENT_ID": ("LinkedIn", "LINKEDIN_CLIENT_ID"),
    "EVE_ONLINE_CLIENT_ID": ("EVE Online", "EVEONLINE_CLIENT_ID"),
    "AMAZON_COGNITO_CLIENT_ID": ("Cognito", "COGNITO_CLIENT_ID"),
    "microsoft_client_id": ("Microsoft", "MICROSOFT_CLIENT_ID"),
}


@pytest.mark.parametrize(("name", "expected"), OTHERS_PROVIDERS.items(), ids=OTHERS_PROVIDERS)
def test_a_setting_for_another_provider_of_the_template(
    name: str, expected: tuple[str, str]
) -> None:
    label, meant = expected
    [notice] = load({name: "a"}, [name], providers="github,x").notices
    assert f"{name} is for {label}, which is not part of this app" in notice
    assert ("did you mean" in notice) == bool(meant)
    assert meant in notice
    assert "uvx cruft update -y --variables-to-update" in notice


def test_each_setting_beside_a_credential_of_another_provider_is_told() -> None:
    written = {"SLACK_CLIENT_ID": "a", "SLACK_TEAM_ID": "b", "MAIL_SERVER": "c"}
    found = load(written, written).notices
    assert [notice.split()[0] for notice in found] == ["SLACK_CLIENT_ID", "SLACK_TEAM_ID"]
    assert all("is for Slack, which is not part of this app" in notice for notice in found)
    assert load({"SLACK_TEAM_ID": "b"}, {"SLACK_TEAM_ID": "b"}).notices == ()


def test_every_provider_of_the_template_is_known() -> None:
    from app.signin.config.other_providers import known
    from app.signin.providers import load as declared

    providers = declared("all")
    assert {one.name for one in known().values()} == {one.name for one in providers}
    for provider in providers:
        if provider.name not in ("github", "google"):
            name = provider.setting("CLIENT_ID")
            [notice] = load({name: "a"}, [name]).notices
            assert f"{name} is for {provider.label}, which" in notice


def test_a_provider_that_nobody_knows() -> None:
    for environ, told in (
        ({"GITHB_CLIENT_ID": "a"}, "did you mean GITHUB_CLIENT_ID?"),
        ({"XX_CLIENT_SECRET": "a"}, "is for xx, which is not part of this app: if the template"),
    ):
        [notice] = load(environ, environ, providers="github,x").notices
        assert told in notice


# What other kits and platforms call settings of ours; not told where ours is set.
ELSEWHERE = {
    "TWITTER_CLIENT_ID": "X_CLIENT_ID",
    "TWITTER_CONSUMER_SECRET": "X_CLIENT_SECRET",
    "GITHUB_APP_ID": "GITHUB_CLIENT_ID",
    "GITHUB_OAUTH_CLIENT_SECRET": "GITHUB_CLIENT_SECRET",
    "SQLALCHEMY_DATABASE_URI": "DATABASE_URL",
    "FLASK_ENV": "APP_ENV",
    "FLASK_SECRET_KEY": "SECRET_KEY",
    "SITE_URL": "PUBLIC_URL",
    "BASE_URL": "PUBLIC_URL",
    "HTTPS_PROXY": "OUTBOUND_PROXY",
}


@pytest.mark.parametrize(("name", "meant"), ELSEWHERE.items(), ids=ELSEWHERE)
def test_a_name_that_other_programs_give_to_a_setting(name: str, meant: str) -> None:
    from app.signin.config.names import _by_another_name
    from app.signin.config.other_kits import OF_FLASK
    from app.signin.config.reader import Environment, Reader
    from app.signin.providers import load as declared

    beside_it = meant if name in OF_FLASK else ""
    for environ, expected in (({name: "x"}, meant), ({name: "x", meant: "x"}, beside_it)):
        reader = Reader(Environment(environ))
        assert _by_another_name(reader, name, declared("github,x")) == expected
    assert load({name: "x"}, providers="github,x").notices == ()


@pytest.mark.parametrize(
    "stranger",
    [
        *({name: "x"} for name in ("OAUTH_TOKEN", "OAUTH_CLIENT_ID", "OIDC_ISSUER")),
        *({name: "x"} for name in ("OIDC_ENABLED", "OIDC_RP_SIGN_ALGO", "OIDC_KC_ENV_PATH")),
    ],
)
def test_oauth_settings_of_other_programs_are_told(stranger: dict[str, str]) -> None:
    found = load(GITHUB | stranger)
    assert set(found.clients) == {"github"}
    assert found.notices
    assert problems(GITHUB | stranger, stranger)


FOO = {
    "OIDC_FOO_ISSUER": "https://foo.example",
    "OIDC_FOO_CLIENT_ID": "a",
    "OIDC_FOO_CLIENT_SECRET": "b",
}


def test_endings_of_a_provider_of_ours_are_refused_wherever_they_stand() -> None:
    assert "OIDC_FOO_BANANA is not one of" in problems(FOO | {"OIDC_FOO_BANANA": "1"})[0]
    misspelt = {**FOO, "OIDC_FOO_ISUER": FOO["OIDC_FOO_ISSUER"]}
    del misspelt["OIDC_FOO_ISSUER"]
    assert "OIDC_FOO_ISUER is not one of" in problems(misspelt)[0]


# --- Half of a provider


def test_development_runs_on_with_half_of_a_provider() -> None:
    for half, missing in (
        ({"GITHUB_CLIENT_ID": "a"}, "GITHUB_CLIENT_SECRET"),
        ({"GOOGLE_CLIENT_SECRET": "a"}, "GOOGLE_CLIENT_ID"),
        ({"OIDC_OP_CLIENT_ID": "a", "OIDC_OP_CLIENT_SECRET": "b"}, "OIDC_OP_ISSUER"),
    ):
        [problem] = problems(half)
        assert problem.startswith(f"{missing} is missing for ")
        found = load(DEVELOPMENT | half)
        assert found.incomplete == (problem,)
        assert found.clients == {}


PLACEHOLDERS = ["…", "...", "<client id>", "your-client-id", "YOUR_SECRET", "changeme", "xxxxxxx"]


@pytest.mark.parametrize("value", PLACEHOLDERS)
@pytest.mark.parametrize("name", ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"])
def test_what_an_example_says_is_no_value(name: str, value: str) -> None:
    told = f"{name} is a placeholder: fill in the real value"
    assert problems(GITHUB | {name: value}) == [told]
    assert load(DEVELOPMENT | GITHUB | {name: value}).incomplete == (told,)
