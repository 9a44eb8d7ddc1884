"""docs/specification.md is what the docstrings say."""

from scripts import specification


def test_the_page_is_not_stale():
    written = specification.PAGE.read_text(encoding="utf-8")

    assert written == specification.page(), "run: python scripts/specification.py"


def test_how_a_line_is_read():
    assert specification.references("RFC 1 §2 (state) and §3.1, §4, and RFC 5") == [
        ("RFC 1", "§2"),
        ("RFC 1", "§3.1"),
        ("RFC 1", "§4"),
        ("RFC 5", ""),
    ]
