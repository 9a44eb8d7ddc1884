"""The pages of sign-in inside the app's own base template, with a style sheet for them alone."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .problems import Problem

PARTS = Path(__file__).parent / "parts"
STYLES = Path(__file__).parents[2] / "app" / "static" / "app.css"
SCRIPT = Path(__file__).parents[2] / "app" / "static" / "app.js"


def template(survey: Mapping[str, Any]) -> str:
    """Return the template that puts a page of sign-in into the main block of the base template.

    Raises Problem if the app has no base template with a block.
    """
    found = survey["templates"]
    if not found["base"] or not found["main"]:
        raise Problem(
            "There is no base template with a block for the content of a page in"
            f" {found['folder']}: make one, such as base.html with {{% block content %}}."
        )
    text = (PARTS / "layout.html").read_text(encoding="utf-8")
    return text.replace("BASE", found["base"]).replace("MAIN", found["main"])


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
    return f"{head}:where(.signin) {{\n{css}}}\n\n{added}"
