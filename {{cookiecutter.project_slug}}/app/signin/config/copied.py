"""Find what copying leaves in values: quotes, invisible characters, commands."""

import re

from .reader import INVISIBLE, Reader

# Straight, of code, and those that an editor for texts writes in their place.
QUOTES = tuple("'\"`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")
COMMAND = re.compile(r"\$\(.*|`.*\s.*`", re.DOTALL)
# Texts for people may have any character.  `flask doctor` says what is inside credentials.
TEXTS = ("APP_NAME", "_LABEL", "CLIENT_ID", "CLIENT_SECRET")


def check(reader: Reader) -> None:
    """Add a problem for each setting whose value cannot be what its owner means."""
    for name in sorted(reader.asked & reader.values.keys()):
        value = reader.values[name]
        if text := problem(name, value):
            reader.problem(name, text)
        elif value[:1] in QUOTES or value[-1:] in QUOTES:
            reader.notice(name, "has a quote at one end only: remove it, or add the other one")


def problem(name: str, value: str) -> str:
    """Return why a setting cannot have this value, or an empty string."""
    if COMMAND.fullmatch(value):
        return "is a command, which nothing runs here: write what it prints"
    if len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES:
        return "is in quotes, which belong to the value here: remove them"
    if value.startswith("# "):
        return "is a comment: write it above the line, and a value or nothing"
    if value.startswith(f"{name}="):
        return f"has its own name in its value: remove the second {name}="
    if not name.endswith(TEXTS) and (found := re.search(f"[{INVISIBLE}]", value)):
        return f"has an invisible character inside (U+{ord(found[0]):04X}): type it again"
    return ""
