"""Where a sign-in may lead."""

import pytest

from app.auth.next_url import safe_next


@pytest.mark.parametrize("path", ["/", "/notes", "/notes?page=2&q=a#top", "/a%2Fb", "/ä", "/a:b"])
def test_a_path_of_this_app(path):
    assert safe_next([path]) == path


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "notes",
        "https://evil.example",
        "http:evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5cevil.example",
        "/%2fevil.example",
        "%2f%2fevil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/a\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "data:text/html,x",
        "//[",
        "/" + "a" * 2048,
    ],
)
def test_anything_else_is_the_home_page(wanted):
    assert safe_next([wanted]) == "/"


def test_two_or_none():
    assert safe_next([]) == safe_next(["/notes", "/notes"]) == "/"
