"""The pages of sign-in: in the app's own base template, if any, with styles for them alone."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PARTS = Path(__file__).parent / "parts"
STYLES = Path(__file__).parents[2] / "app" / "static" / "app.css"
SCRIPT = Path(__file__).parents[2] / "app" / "static" / "app.js"
# The messages for people, if the base template shows none, and what they stand above.
PAGE = "  {% block signin_content %}"
MESSAGES = """  {% for category, message in get_flashed_messages(with_categories=true) %}
  <p class="alert alert-{{ category }}" role="status">{{ message }}</p>
  {% endfor %}
"""


def template(survey: Mapping[str, Any]) -> str:
    """Return the template that puts a page of sign-in into the main block of the base template.

    Without a base template, or without a block in it, sign-in has a whole page of its own.
    """
    found = survey["templates"]
    if not found["base"] or not found["main"]:
        return (PARTS / "page.html").read_text(encoding="utf-8")
    text = (PARTS / "layout.html").read_text(encoding="utf-8")
    text = text.replace("BASE", found["base"]).replace("MAIN", found["main"])
    return text if found["messages"] else text.replace(PAGE, f"{MESSAGES}{PAGE}")


def styles() -> str:
    """Return the style sheet for elements inside `.signin` only, with light colours.

    The rules of the whole page become rules of that element, and the others are nested in it.
    `:where` adds nothing to their specificity, so the colours of the buttons still win.
    Source: https://www.w3.org/TR/css-nesting-1/
    """
    css = STYLES.read_text(encoding="utf-8")
    css = re.sub(r"(?ms)^@media \(prefers-color-scheme: dark\) \{\n.*?^\}\n", "", css)
    css = css.replace("color-scheme: light dark", "color-scheme: light")
    css = re.sub(r"(?m)^(\s*)(:root|html|body)(?=[\s,{])", r"\1&", css)
    added = (PARTS / "signin.css").read_text(encoding="utf-8")
    head = "/* Written by graft.py from app.css: for the pages of sign-in only. */\n"
    size = ".signin { --rem: max(16px, 1rem); }\n\n"
    return head + size + _own_size(f":where(.signin) {{\n{css}}}\n\n{added}")


def _own_size(css: str) -> str:
    """Return a style sheet with sizes of `--rem`: a page's own may be tiny, as in Bootstrap 3.

    The conditions of media queries stay: they ask for the browser's own size.
    """
    parts = re.split(r"(@media[^{]*)", css)
    parts[::2] = [re.sub(r"([\d.]+)rem\b", r"calc(\1 * var(--rem))", part) for part in parts[::2]]
    return "".join(parts)
