"""The look: the owner's color, logo, terms and privacy policy."""

import re

import pytest

from app.signin.auth.accent import DARK, LIGHT, contrast, shades
from app.signin.config import ROOT, ConfigError
from tests.conftest import PRODUCTION

APP_CSS = (ROOT / "app" / "static" / "app.css").read_text(encoding="utf-8")
COLORS = ["#000000", "#ffffff", "#808080", "#ff6600", "#ffcc00", "#0b5fff", "#00ff00", "#8b0000"]
COLORS += [f"#{n:02x}{(n * 7) % 256:02x}{(n * 13) % 256:02x}" for n in range(0, 256, 5)]


@pytest.mark.parametrize("grounds", [LIGHT, DARK], ids=["light", "dark"])
def test_every_color_can_be_read(grounds):
    for color in COLORS:
        found = shades(color, grounds)
        for fill in ("accent", "accent-hover"):
            assert contrast(found[fill], found["on-accent"]) >= 4.5, (color, found)
        for ground in grounds:
            assert contrast(found["accent"], ground) >= 3, (color, found)
            assert contrast(found["accent-text"], ground) >= 4.5, (color, found)
            assert contrast(found["accent-text-hover"], ground) >= 4.5, (color, found)


def test_a_color_that_can_be_read_stays_as_it_is():
    assert shades("#0b5fff", LIGHT)["accent"] == "#0b5fff"
    assert shades("#ff6600", DARK)["accent"] == "#ff6600"


def test_the_grounds_are_those_of_the_style_sheet():
    names = ("ground", "surface", "sunken")
    light, dark = zip(*(re.findall(f"--{name}: (#\\w+);", APP_CSS) for name in names), strict=True)
    assert light[1:] == ("#fff", LIGHT[1])
    assert dark[::2] == DARK


@pytest.mark.parametrize("color", ["#FF6600", "ff6600"])
def test_the_color_of_the_owner(make_app, color):
    browser = make_app({"APP_ACCENT": color}).test_client()
    url = re.search(r'href="(/login/accent.css\?v=\w+)"', browser.get("/").text)[1]
    sheet = browser.get(url)

    assert "--on-accent: #000000" in sheet.text
    assert sheet.content_type == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["Cache-Control"]
    assert browser.get("/login/accent.css").headers["Cache-Control"] == "no-cache"
    again = {"If-None-Match": sheet.headers["ETag"]}
    assert browser.get(url, headers=again).status_code == 304


def test_without_a_color_there_is_no_style_sheet(browser):
    assert "accent.css" not in browser.get("/").text
    assert browser.get("/login/accent.css").text == ""


def test_the_terms_and_the_privacy_policy(make_app):
    settings = {"TERMS_URL": "https://example.org/terms", "PRIVACY_URL": "/privacy"}
    browser = make_app(settings).test_client()
    for path in ("/", "/login", "/login/fake"):
        page = browser.get(path).text
        assert 'href="https://example.org/terms"' in page
        assert 'href="/privacy"' in page
    assert "By continuing, you agree" in page


def test_without_them_nothing_is_said(browser):
    page = browser.get("/login").text
    assert "By continuing" not in page
    assert "Privacy" not in page


def test_the_logo(make_app):
    page = make_app().test_client().get("/login").text
    assert page.count('src="/static/icon.svg"') == 2
    assert '<link rel="icon" href="/static/icon.svg">' in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ACCENT", "green"),
        ("APP_ACCENT", "#a comment"),
        ("APP_ACCENT", "#0b6b5"),
        ("APP_ACCENT", "#0b6b5d;}"),
        ("APP_LOGO", "no-such-file.svg"),
        ("APP_LOGO", "../signin/static/marks/openid.svg"),
        ("APP_LOGO", "app.css"),
        ("TERMS_URL", "terms"),
        ("TERMS_URL", "//example.org"),
        ("PRIVACY_URL", "javascript:alert(1)"),
        ("PRIVACY_URL", "https://example.org/a b"),
    ],
)
def test_what_cannot_be_shown_is_refused(make_app, name, value):
    with pytest.raises(ConfigError, match=f"{name} is (n|a comment)"):
        make_app({name: value})


# --- The logos of providers


@pytest.mark.parametrize(
    ("icon", "shown"),
    [
        ("", '<span class="mark mark-initial" aria-hidden="true">F</span>'),
        ("openid", '<img class="mark" src="/signin/static/marks/openid.svg"'),
        ("icon.svg", '<img class="mark" src="/static/icon.svg"'),
    ],
)
def test_the_logo_of_a_provider_from_settings(make_app, icon, shown):
    browser = make_app({"OIDC_FAKE_ICON": icon}).test_client()
    assert shown in browser.get("/login").text
    browser.sign_in()
    assert shown in browser.get("/account/connections").text
    assert shown in browser.get("/dev/setup").text


@pytest.mark.parametrize("icon", ["nothing", "nothing.svg", "../icon.svg", "/icon.svg"])
def test_a_logo_that_is_not_there_is_refused(make_app, icon):
    with pytest.raises(ConfigError, match=r"OIDC_FAKE_ICON is neither a picture in static/"):
        make_app({"OIDC_FAKE_ICON": icon})


# --- Pictures of people


@pytest.mark.parametrize("mode", [{}, PRODUCTION], ids=["development", "production"])
def test_a_picture_of_a_provider_is_asked_for_by_https(make_app, fake, mode):
    fake.person["picture"] = "http://127.0.0.1:9/ada.png"
    browser = make_app(mode).test_client()
    browser.sign_in()

    assert browser.user()["picture"] == "https://127.0.0.1:9/ada.png"
    assert "img-src 'self' https:;" in browser.get("/").headers["Content-Security-Policy"]
