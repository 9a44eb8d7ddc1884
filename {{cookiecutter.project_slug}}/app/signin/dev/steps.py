"""The steps of a registration, from the provider's page in `docs/providers/`."""

import re

from markupsafe import Markup, escape

from ..config import ROOT

PART = "## Register an app\n"
STEP = re.compile(r"^\d+\. ", re.MULTILINE)
# What these pages use of Markdown, after escaping.
MARKS = (
    (
        r"&lt;(https://\S+?)&gt;",
        r'<a href="\1" target="_blank" rel="noopener noreferrer">\1</a>',
    ),
    (
        r"\[([^\]]+)\]\((https://[^\s)]+)\)",
        r'<a href="\2" target="_blank" rel="noopener noreferrer">\1</a>',
    ),
    (r"`([^`]+)`", r"<code>\1</code>"),
    (r"\*\*([^*]+)\*\*", r"<strong>\1</strong>"),
)


def steps(name: str) -> list[Markup]:
    """Return the steps as HTML, or an empty list where a provider has no page."""
    file = ROOT / "docs" / "providers" / f"{name}.md"
    if not file.is_file():
        return []
    _, _, rest = file.read_text(encoding="utf-8").partition(PART)
    _, *found = STEP.split(rest.partition("\n## ")[0])
    return [_html(" ".join(each.split())) for each in found]


def _html(text: str) -> Markup:
    html = str(escape(text))
    for pattern, replacement in MARKS:
        html = re.sub(pattern, replacement, html)
    return Markup(html)  # noqa: S704 - the text is escaped, and the tags are those of MARKS
