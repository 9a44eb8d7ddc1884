"""Where a sign-in ends (RD): on a path of this app, whatever was asked for."""

import json
import string
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from harness.app_server import RunningApp
from harness.bad_provider import BadProvider
from harness.browser import Browser
from harness.walk import with_query
from hypothesis import example, given, settings
from hypothesis import strategies as st

ELSEWHERE = [
    # RD-01
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "http:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "//evil.example/%2f..",
    "//evil.example:443/",
    "//user@evil.example/",
    "//[::1]/",
    "//%65vil.example",
    "evil.example",
    "evil.example/path",
    "@evil.example",
    ".evil.example",
    "?next=https://evil.example",
    "#https://evil.example",
    "",
    # RD-02
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "%2fevil.example",
    "/path\\..\\evil",
    "\\evil.example",
    "/\\/evil.example",
    "/\\\\evil.example",
    # Dropped or cut by a browser, then read again
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    " https://evil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/\x00/evil.example",
    "/%00/evil.example",
    "/\x1fevil",
    "/\x7f/evil.example",
    "\x00//evil.example",
    "/\u200b/evil",
    "/\u2028/evil.example",
    "/\u202e/evil",
    "\ufeff//evil.example",
    "/\xa0/evil",
    # Signs that some software takes for a slash or a colon
    "\uff0f\uff0fevil.example",
    "\u2215\u2215evil.example",
    "https\uff1a//evil.example",
    # RD-05
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://evil.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "java%0dscript:alert(1)",
    "java\rscript:alert(1)",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://evil.example/1",
    "ftp://evil.example/",
    "mailto:a@evil.example",
    # Not a URL at all, or too long
    "//[",
    "http://[::1",
    "/" + "a" * 2048,
]
HERE = [
    "/",
    "/account?tab=1#x",
    "/a%2Fb",
    "/notes",
    "/notes?a=1&b=2",
    "/a/b/c/../d",
    "/?next=https://evil.example",
    "/search?q=https://evil.example//x",
    "/q?u=//evil.example",
    "/a:b",
    "/@evil.example",
    "/.evil.example",
    "/%D0%B6",
    "/a?b=%20c",
    "/a?b=%3D",
]


def safe_next(*values: str) -> str:
    from app.signin.auth import safe_next as judge

    return judge(values)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_rd_01_to_05_elsewhere_is_home(wanted: str) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize("wanted", HERE)
def test_rd_07_a_path_here_stays_as_it_is(wanted: str) -> None:
    assert safe_next(wanted) == wanted


def test_rd_13_none_or_several_are_home() -> None:
    assert safe_next() == "/"
    assert safe_next("/notes", "/account") == "/"
    assert safe_next("/notes", "/notes") == "/"


SIGNS = tuple("/\\:@?#.[]a&=;\t\n\r \x00\uff0f\u2028")
WORDS = ("//", "..", "evil.example", "https", "http", "javascript", "localhost")
ESCAPES = ("%2f", "%5c", "%09", "%0a", "%00", "%25", "%252f")
PIECES = st.sampled_from((*SIGNS, *WORDS, *ESCAPES))
URLS = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.lists(PIECES, max_size=8).map(lambda parts: "/" + "".join(parts)),
    st.text(max_size=40).map(lambda text: "/" + text),
    st.text(alphabet=string.printable, max_size=40),
)


def browser_goes_to(base: str, location: str) -> str:
    """Return the origin that a browser would go to.  Spec: WHATWG URL §4.4."""
    stripped = location.strip("".join(map(chr, range(0x21))))
    without = stripped.translate({ord(c): None for c in "\t\n\r"})
    slashed = without.replace("\\", "/")
    while slashed.startswith("///"):
        slashed = slashed[1:]
    parts = urlsplit(urljoin(base, slashed))
    return f"{parts.scheme}://{parts.netloc}"


@settings(max_examples=500, deadline=None, database=None)
@example("/%5cevil.example")
@example("//evil.example")
@given(URLS)
def test_whatever_is_asked_for_the_answer_is_a_path_here(wanted: str) -> None:
    found = safe_next(wanted)
    assert found in (wanted, "/")
    base = "https://app.example"
    for form in (found, unquote(found)):
        assert form.startswith("/")
        assert not form.startswith(("//", "/\\"))
        assert browser_goes_to(base, form) == base
        assert not set(form) & set("\\\r\n\t\x00")


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(URLS, max_size=4))
def test_one_value_or_home(values: list[str]) -> None:
    found = safe_next(*values)
    assert found == "/" if len(values) != 1 else found in (values[0], "/")


SOME = [ELSEWHERE[number] for number in range(0, len(ELSEWHERE), 6)]


@pytest.mark.parametrize("wanted", [*SOME, "//evil.example", "/\\evil.example", "/%5cevil.example"])
def test_rd_01_elsewhere_is_home_over_the_whole_way(
    wanted: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op", next_url=wanted))
    answer = browser.get(callback, allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("wanted", ["/account?tab=1#x", "/a%2Fb", "/notes"])
def test_rd_07_a_path_here_is_where_the_way_ends(
    wanted: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op", next_url=wanted))
    answer = browser.get(callback, allow_redirects=False)
    assert answer.headers["Location"] == wanted


def test_rd_08_next_on_the_callback_is_not_looked_at(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    callback = browser.to_callback(browser.start("op", next_url="/notes"))
    for more in ({"next": "https://evil.example"}, {"next": "/account"}):
        callback = with_query(callback, **more)
    answer = browser.get(callback, allow_redirects=False)
    assert answer.headers["Location"] == "/notes"


@pytest.mark.parametrize("refused", ["refused", "cancelled"])
def test_rd_08_nor_where_the_login_is_refused(
    refused: str, app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    error = {"refused": "server_error", "cancelled": "access_denied"}[refused]
    callback = browser.to_callback(browser.start("op", next_url="/notes"))
    url = with_query(callback, code=None, error=error, next="https://evil.example")
    answer = browser.get(url, allow_redirects=False)
    assert "evil.example" not in answer.headers["Location"]
    assert "next=/notes" in answer.headers["Location"]


@pytest.mark.parametrize("path", ["/login", "/login/op", "/login/error/login_expired"])
@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "javascript:alert(1)"]
)
def test_pages_do_not_carry_a_next_to_elsewhere(
    path: str, wanted: str, app: RunningApp, browser: Browser
) -> None:
    page = browser.get(app.url + path, params={"next": wanted})
    assert "evil.example" not in page.text
    assert "javascript:" not in page.text


def test_rd_13_next_twice_or_as_json(
    app: RunningApp, provider: BadProvider, browser: Browser
) -> None:
    token = browser.csrf_token("/login/op")
    url = f"{app.url}/login/op"
    twice = [("csrf_token", token), ("next", "/notes"), ("next", "/account")]
    answer = browser.post(url, data=twice, allow_redirects=False)
    assert answer.status_code == 303
    row = app.rows("pending_logins")[-1]
    assert row["next_url"] == "/"
    for body in ({"next": ["/notes"]}, {"next": {"a": 1}}, ["/notes"], None):
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        data = json.dumps(body)
        answer = browser.post(url, data=data, headers=headers, allow_redirects=False)
        assert answer.status_code in (303, 400)
    ours = [one for one in app.rows("pending_logins") if one["browser_hash"] == row["browser_hash"]]
    assert {one["next_url"] for one in ours} <= {"/", "/notes"}
    for query in ("next=/notes&next=/account", "next[]=/notes", "next=%ff%fe", "next"):
        assert browser.get(f"{app.url}/login?{query}").status_code == 200
        assert browser.get(f"{url}?{query}").status_code == 200
