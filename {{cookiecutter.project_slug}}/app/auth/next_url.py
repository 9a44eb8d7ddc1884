"""Where to go after a sign-in: a path of this app, or the home page."""

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

HOME = "/"
MAX_LENGTH = 2048


def safe_next(values: Sequence[str]) -> str:
    """Return the one path in `values`, or the home page where it is anything else.

    Judged as it stands and once decoded, since a browser or a proxy may decode it.  A browser takes
    a backslash for a slash, and drops tabs and line ends.  Source: RFC 9700 §4.11, WHATWG URL §4.4.
    """
    value = values[0] if len(values) == 1 else HOME
    if len(value) > MAX_LENGTH or not (_is_path(value) and _is_path(unquote(value))):
        return HOME
    return value


def _is_path(text: str) -> bool:
    if not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
