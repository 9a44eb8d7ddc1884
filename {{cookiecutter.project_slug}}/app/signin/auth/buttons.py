"""Provider buttons and their colours."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from flask import current_app, g, request, url_for
from werkzeug.wrappers import Response

from ..config.look import MARKS
from ..config.providers import PRACTICE
from ..oauth.provider import Colors, Provider
from . import bp, settings
from .sessions import last_used_cookie

COLORS_SECONDS = 3600
# How the User-Agent of a browser inside another app differs from a browser of its own.
IN_APP = re.compile(
    r"FBAN|FBAV|FB_IAB|Instagram|\bLine/|MicroMessenger|musical_ly|trill_|BytedanceWebview|Snapchat"
    r"|Twitter|LinkedInApp|Pinterest|KAKAOTALK|; wv\)|iP(hone|ad|od)(?!.*Safari/)"
)
SHADES = {"white": "rgb(255 255 255 / 12%)", "black": "rgb(0 0 0 / 10%)"}


@bp.app_template_global("signin_buttons")
def buttons(only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Return a button for each provider, or for those in `only`.

    In development there is one for each chosen provider, even if it is not set up.
    """
    config, last_used = settings(), request.cookies.get(last_used_cookie())
    in_app = IN_APP.search(request.user_agent.string) is not None
    return [
        {
            "name": name,
            "label": provider.label,
            "mark": mark_url(name, provider),
            "practice": name.startswith(PRACTICE),
            "configured": name in config.clients,
            "last_used": last_used == name,
            "refuses_this_browser": in_app and not provider.in_app_browsers,
        }
        for name, provider in config.known_providers().items()
        if (only is None or name in only) and (config.development or name in config.clients)
    ]


def shown(name: str) -> dict[str, str]:
    """Return label and mark of a provider, also of one that this app no longer has."""
    provider = settings().known_providers().get(name)
    return {"label": provider.label if provider else name, "mark": mark_url(name, provider)}


def mark_url(name: str, provider: Provider | None) -> str:
    """Return the address of a provider's logo, or an empty string if it has none.

    An icon of the owner's is the name of another provider's logo, or a file in `static/`.
    """
    icon = provider.icon if provider else ""
    if "." in icon:
        return url_for("static", filename=icon)
    mark = icon or name
    there = (MARKS / f"{mark}.svg").is_file()
    return url_for("signin.static", filename=f"marks/{mark}.svg") if there else ""


@bp.app_template_global()
def leads_to_provider() -> str:
    """Mark this page as one with a form that redirects to a provider, so that its CSP allows it."""
    g.leads_to_provider = True
    return ""


@bp.get("/login/buttons.css")
def button_colors() -> Response:
    """Return the style sheet of the buttons' colours, for the providers of this app."""
    rules = "".join(_rules())
    response: Response = current_app.response_class(rules, mimetype="text/css")
    response.headers["Cache-Control"] = f"public, max-age={COLORS_SECONDS}"
    return response


def _rules() -> Iterator[str]:
    for name, provider in settings().known_providers().items():
        if provider.colors:
            yield from _rule(name, provider.colors)
        if provider.dark_colors:
            yield "@media (prefers-color-scheme: dark) {\n"
            yield from _rule(name, provider.dark_colors)
            yield "}\n"


def _rule(name: str, colors: Colors) -> Iterator[str]:
    border = colors.border or colors.background
    shade = SHADES["black" if colors.mark == "black" else "white"] if colors.mark else ""
    yield f".provider-{name}, .provider-{name}:hover {{\n"
    yield f"  border-color: {border}; background-color: {colors.background};"
    yield f" color: {colors.text};"
    yield f" --shade: {shade};" if shade else ""
    yield f" font-family: {colors.font}, var(--font); font-weight: 500;" if colors.font else ""
    yield "\n}\n"
    filters = {"white": "brightness(0) invert(1)", "black": "brightness(0)"}
    if colors.mark:
        yield f".provider-{name} .mark {{ filter: {filters[colors.mark]}; }}\n"
