"""What counts as an answer, and as a URL."""

import pytest

from app.oauth.answers import allowed_url, decode_json, is_loopback
from app.oauth.errors import InvalidResponse


def test_json():
    assert decode_json('{"a": [1, "ü", null]}'.encode()) == {"a": [1, "ü", None]}


@pytest.mark.parametrize(
    "text", [b"", b"<html>", b"\xff", b'{"a": 1, "a": 2}', b"[NaN]", b"[" * 100_000]
)
def test_what_is_not_json(text):
    with pytest.raises(InvalidResponse) as caught:
        decode_json(text)
    assert caught.value.reason == "not_json"


@pytest.mark.parametrize(
    "url", ["https://id.example", "https://id.example:8443/a?b=c", "https://[2001:db8::1]/"]
)
def test_urls_that_are_allowed(url):
    assert allowed_url(url, loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example",
        "//id.example",
        "https://",
        "https://user@id.example",
        "https://id.example:port",
        "https://[broken",
        "https://id.example/a b",
        "https://id.example/\n",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_urls_that_are_not(url):
    assert not allowed_url(url, loopback=True)


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/x", "http://127.0.0.1", "http://127.8.8.8", "http://[::1]:80/"]
)
def test_plain_http_to_this_machine_where_allowed(url):
    assert allowed_url(url, loopback=True)
    assert not allowed_url(url, loopback=False)


@pytest.mark.parametrize("host", [None, "", "localhost.evil.example", "10.0.0.1", "0.0.0.0"])  # noqa: S104
def test_other_machines(host):
    assert not is_loopback(host)
