"""Takes a picture of every page, light and dark, on a phone and on a desk: build/screenshots/."""

import itertools
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from clean_copy import ROOT
from pictures import Command, app, chromium, free_port
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

# Waits for the pictures of a page; those further down would load later.
LOADED = """Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.complete || new Promise((done) => { image.onload = image.onerror = done; });
}))"""
FOLDER = ROOT / "build" / "screenshots"
SIZES = {"phone": ViewportSize(width=375, height=720), "desk": ViewportSize(width=1280, height=800)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PROVIDERS = ("github", "google", "microsoft")
OF_A_STRANGER = {
    "home": "/",
    "login": "/login",
    "login-asked": "/login?next=/notes",
    "login-one": "/login/github",
    "logout-nobody": "/logout",
    "invitation-unknown": "/invite/nothing",
    "not-found": "/nothing-here",
    "setup": "/dev/setup",
    "error-expired": "/login/error/login_expired?r=0123456789abcdef",
    "error-unavailable": "/login/error/provider_unavailable?r=0123456789abcdef",
}
OF_A_USER = {
    "home-user": "/",
    "login-user": "/login",
    "logout": "/logout",
    "notes": "/notes",
    "profile": "/account",
    "connections": "/account/connections",
    "devices": "/account/sessions",
    "activity": "/account/activity",
    "tokens": "/account/tokens",
    "export": "/account/export",
    "delete": "/account/delete",
    "confirm": "/account/reauthenticate",
    "device": "/device",
    "admin": "/admin/",
    "admin-user": "/admin/users/1",
    "admin-events": "/admin/events",
    "admin-invitations": "/admin/invitations",
    "admin-tokens": "/admin/tokens",
    "admin-nothing-found": "/admin/?search=nobody",
}
# Settings of an app that people cannot join, and one with a look of its own.
CLOSED = {"SIGNUP": "closed", "TERMS_URL": "/terms", "PRIVACY_URL": "/privacy"}
OWN_LOOK = {"APP_ACCENT": "#ff6600", "APP_NAME": "Orange Field Notes"}
WALKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("usual", {}),
    ("closed", CLOSED),
    ("own-look", OWN_LOOK),
)


def sign_in(page: Page, url: str, person: str, picture: Callable[[str], None]) -> None:
    """Sign in at the practice provider."""
    page.goto(f"{url}/login")
    page.get_by_role("button", name="Continue with Practice provider").click()
    page.get_by_role("button", name=person).wait_for()
    picture("practice")
    page.get_by_role("button", name=person).click()
    page.wait_for_url(f"{url}/")


def look(page: Page, url: str, folder: Path, *, whole: bool, command: Command) -> None:
    """Take the pictures of one window."""

    def picture(name: str) -> None:
        page.evaluate(LOADED)
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    def each(pages: dict[str, str]) -> None:
        for name, path in pages.items():
            page.goto(url + path)
            picture(name)

    if not whole:
        each({name: OF_A_STRANGER[name] for name in ("home", "login", "login-one")})
        return
    each(OF_A_STRANGER)
    sign_in(page, url, "Ada Lovelace", picture)
    command("users", "make-admin", "1")
    each(OF_A_USER)
    page.goto(f"{url}/account")
    page.locator(".menu > summary").click()
    picture("menu")


def walk(browser: Browser, name: str, settings: dict[str, str]) -> None:
    """Take the pictures of an app with these settings."""
    with app(*PROVIDERS, port=free_port(), features="all", **settings) as (url, command):
        for size, theme in itertools.product(SIZES, THEMES):
            folder = FOLDER / f"{size}-{theme}" / name
            folder.mkdir(parents=True, exist_ok=True)
            context = browser.new_context(viewport=SIZES[size], color_scheme=theme)
            look(context.new_page(), url, folder, whole=name != "closed", command=command)
            context.close()


def main() -> None:
    """Take all pictures, or those of the walks that are named."""
    named = sys.argv[1:] or [name for name, _ in WALKS]
    shutil.rmtree(FOLDER, ignore_errors=True)
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for name, settings in WALKS:
            if name in named:
                walk(browser, name, settings)
        browser.close()
    print(FOLDER)


if __name__ == "__main__":
    main()
