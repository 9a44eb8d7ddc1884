"""The owner's color, in shades that can be read on the light and on the dark pages.

`app.css` has the colors of the pages; a test holds the grounds here to it.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from flask import current_app, request
from werkzeug.wrappers import Response

from . import bp, settings

FOR_A_YEAR = f"public, max-age={365 * 24 * 3600}, immutable"
TEXT, SHAPE = 4.5, 3.0
# The lightest and darkest ground that the color stands on, by look.
LIGHT, DARK = ("#ffffff", "#f0f0ec"), ("#101315", "#22272b")
BLACK, WHITE = "#000000", "#ffffff"


@bp.get("/login/accent.css")
def accent() -> Response:
    """Return the style sheet of APP_ACCENT; an empty one if it is not set."""
    css = style_sheet(settings().app_accent)
    response: Response = current_app.response_class(css, mimetype="text/css")
    # The address is that of this style sheet only while the setting is the same.
    lasts = request.args.get("v") == version(css)
    response.headers["Cache-Control"] = FOR_A_YEAR if lasts else "no-cache"
    response.set_etag(version(css))
    return response.make_conditional(request)


def version(css: str) -> str:
    """Return what changes in the address of a style sheet when the style sheet changes."""
    return hashlib.sha256(css.encode()).hexdigest()[:12]


@lru_cache(maxsize=8)
def style_sheet(color: str) -> str:
    """Return the rules that replace the accent of `app.css`."""
    if not color:
        return ""
    light, dark = _declarations(color, LIGHT), _declarations(color, DARK)
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"


def _declarations(color: str, grounds: tuple[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in shades(color, grounds).items())


def shades(color: str, grounds: tuple[str, str]) -> dict[str, str]:
    """Return the custom properties of one look, by name.

    A shape, such as a button, contrasts 3:1 with its ground, a text 4.5:1 with its own.
    Spec: WCAG 2.2 §1.4.3, §1.4.11.
    """
    away = WHITE if grounds == DARK else BLACK
    fill = _readable(color, grounds, away, SHAPE)
    on_fill = WHITE if contrast(fill, WHITE) >= TEXT else BLACK
    text = _readable(color, grounds, away, TEXT)
    hovers = (mixed(fill, end, 0.15) for end in (away, BLACK, WHITE))
    fits = (h for h in hovers if contrast(h, on_fill) >= TEXT and _least(h, grounds) >= SHAPE)
    return {
        "accent": fill,
        "accent-hover": next(fits, fill),
        "on-accent": on_fill,
        "accent-text": text,
        "accent-text-hover": mixed(text, away, 0.2),
    }


def _readable(color: str, grounds: tuple[str, str], away: str, least: float) -> str:
    """Return the color, as far away from the grounds as the contrast needs."""
    steps = (mixed(color, away, step / 50) for step in range(51))
    return next(shade for shade in steps if _least(shade, grounds) >= least)


def _least(color: str, grounds: tuple[str, str]) -> float:
    return min(contrast(color, ground) for ground in grounds)


def mixed(color: str, other: str, part: float) -> str:
    """Return a color with a part of another one in it."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * part):02x}" for one, two in pairs)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, 1 to 21.  Spec: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    """Spec: WCAG 2.2, "relative luminance"."""
    shares = [channel / 255 for channel in _channels(color)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(color: str) -> Iterator[int]:
    return (int(color[place : place + 2], 16) for place in (1, 3, 5))
