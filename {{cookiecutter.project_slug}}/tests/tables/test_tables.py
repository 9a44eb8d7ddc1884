"""Tables: what an address may ask for, the order, the pages, the file, and editing a cell."""

import csv
import io
import re
from html import unescape

import pytest
from sqlalchemy import insert, select

from app.db import db
from app.home.models import Note
from app.tables import page as table_page
from app.tables.csv_file import cell
from tests.fake_provider import GRACE


def write(app, *bodies):
    with app.app_context():
        db.session.execute(insert(Note), [{"user_id": 1, "body": body} for body in bodies])
        db.session.commit()


def shown(browser, query=""):
    """Return the notes of the page, in their order."""
    answer = browser.get(f"/notes?{query}")
    assert answer.status_code == 200
    return [unescape(body) for body in re.findall(r"<textarea[^>]*>\n(.*)</textarea>", answer.text)]


def link(browser, label, query=""):
    """Return the query that a link of the page leads to."""
    text = browser.get(f"/notes?{query}").text
    found = re.search(rf'href="/notes\?([^"]*)"[^>]*>{label}', text)
    return unescape(found[1]) if found else None


@pytest.fixture
def notes(app, signed_in):
    """Ada's browser, with her notes in place of the welcome."""
    [first] = shown(signed_in)
    assert first.startswith("Welcome")
    signed_in.press("/notes/1/delete")
    return lambda *bodies: write(app, *bodies)


@pytest.mark.parametrize(
    "query",
    [
        "sort=,",
        "sort=-",
        "sort=id,nothing,-",
        "sort=body;drop",
        f"sort={',body' * 2000}",
        "length=-1",
        "size=-1",
        "page=-1",
        "page=0",
        "page=x",
        f"page={'9' * 400}",
        "page=99999999",
        f"after={'9' * 400}",
        "after=-1",
        "after=%C2%B2",
        "search=%00",
        "search=%ED%A0%80",
        f"search={'x' * 5000}",
        "state=nothing",
    ],
)
def test_any_address_is_answered_with_a_page(notes, signed_in, query):
    notes("x" * 90, "x" * 300)
    found = shown(signed_in, query)

    assert len(found) <= 25
    assert found or query.startswith("search=")


@pytest.mark.parametrize(
    ("search", "expected"),
    [("%25", ["50%"]), ("_", ["a_b"]), ("\\", ["c\\d"]), ("/", ["e/f"]), ("A_", ["a_b"])],
)
def test_a_search_takes_its_signs_as_they_are(notes, signed_in, search, expected):
    notes("50%", "a_b", "c\\d", "e/f", "plain")

    assert shown(signed_in, f"search={search}") == expected


def test_nothing_found_is_said(notes, signed_in):
    notes("one")

    assert "Nothing found." in signed_in.get("/notes?search=two").text


def test_several_columns_sort(notes, signed_in):
    notes("b", "a", "b", "a")
    first = link(signed_in, "Added")
    both = link(signed_in, "Note", first)

    assert both == "sort=body,created_at".replace(",", "%2C")
    assert shown(signed_in, both) == ["a", "a", "b", "b"]
    down = link(signed_in, "Note", both)
    assert shown(signed_in, down) == ["b", "b", "a", "a"]
    assert 'aria-sort="descending"' in signed_in.get(f"/notes?{down}").text
    assert link(signed_in, "Note", down) == first


def test_equal_rows_keep_their_order_over_the_pages(notes, signed_in):
    notes(*["same"] * 60)
    ids = []
    for number in (1, 2, 3):
        text = signed_in.get(f"/notes?sort=body&page={number}").text
        ids += [int(one) for one in re.findall(r'id="notes-(\d+)-body"', text)]

    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 60


def test_rows_that_come_meanwhile_do_not_shift_the_pages(notes, signed_in):
    notes(*(f"n{number}" for number in range(40)))
    onward = link(signed_in, "Next")
    notes("new", "newer")

    assert shown(signed_in, onward) == [f"n{number}" for number in range(14, -1, -1)]


def test_a_large_table_is_looked_through_window_by_window(notes, signed_in, monkeypatch):
    monkeypatch.setattr(table_page, "WINDOW", 30)
    notes("needle", *["hay"] * 70)

    assert "of 30+" in signed_in.get("/notes").text
    assert shown(signed_in, "search=needle") == []
    query = link(signed_in, "Older rows", "search=needle")
    query = link(signed_in, "Older rows", query)
    assert shown(signed_in, query) == ["needle"]
    assert link(signed_in, "Older rows", query) is None


def test_the_oldest_rows_of_a_large_table_come_first_where_asked_for(notes, signed_in, monkeypatch):
    monkeypatch.setattr(table_page, "WINDOW", 30)
    notes(*(f"n{number}" for number in range(70)))

    assert shown(signed_in, "sort=created_at")[0] == "n0"
    assert shown(signed_in, "sort=created_at&page=2") == [f"n{number}" for number in range(25, 30)]
    query = link(signed_in, "Newer rows", "sort=created_at&page=2")
    assert shown(signed_in, query)[0] == "n30"
    assert "the oldest first" in signed_in.get(f"/notes?{query}").text
    assert shown(signed_in, link(signed_in, "Oldest rows", query))[0] == "n0"
    assert shown(signed_in, "sort=-created_at")[0] == "n69"
    assert shown(signed_in, link(signed_in, "Added", query))[0] == "n69"


def test_a_page_costs_two_queries_beside_the_session_s(notes, signed_in, statements):
    notes(*["x"] * 40)
    with statements() as seen:
        signed_in.get("/notes?search=x&sort=-body&page=2")

    assert len(seen) == 3


def test_markup_is_shown_as_text(notes, signed_in):
    notes("</textarea><script>alert(1)</script>")
    text = signed_in.get("/notes?search=%22%3E%3Cscript%3E").text + signed_in.get("/notes").text

    assert "<script>alert" not in text
    assert '"><script>' not in text


# --- The file


def test_the_file_has_what_matches(notes, signed_in):
    notes("=1+1", 'a "b"', "other\nline")
    answer = signed_in.get("/notes?sort=body&format=csv&search=1")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notes.csv"'
    assert [row[0] for row in rows] == ["Note", "'=1+1"]
    everything = signed_in.get("/notes?format=csv").text
    assert len(list(csv.reader(io.StringIO(everything)))) == 4


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝"])
def test_a_formula_is_text(start):
    assert cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert cell("a=b") == "a=b"


# --- Editing


def note(app, number):
    with app.app_context():
        return db.session.scalar(select(Note.body).where(Note.id == number))


def test_a_cell_is_saved_and_the_table_stays_as_it_was(app, notes, signed_in):
    notes("old")
    answer = signed_in.press("/notes/1/edit?sort=body&search=o", body="old & new")

    assert (answer.status_code, answer.location) == (303, "/notes?search=o&sort=body")
    assert note(app, 1) == "old & new"


def test_a_value_saved_elsewhere_meanwhile_is_not_overwritten_unseen(app, notes, signed_in):
    notes("old")
    signed_in.press("/notes/1/edit", body="from my phone", was="old")
    answer = signed_in.press("/notes/1/edit", body="from my desk", was="old")

    assert answer.status_code == 422
    assert "changed elsewhere meanwhile, to “from my phone”" in answer.text
    assert note(app, 1) == "from my phone"
    assert 'name="was" value="from my phone"' in answer.text
    assert signed_in.press("/notes/1/edit", body="from my desk", was="from my phone").location
    assert note(app, 1) == "from my desk"
    assert signed_in.press("/notes/1/edit", body="from my desk", was="old").location


def test_other_line_ends_are_no_change(app, notes, signed_in):
    notes("one\ntwo")

    assert signed_in.press("/notes/1/edit", body="three", was="one\r\ntwo").location
    assert note(app, 1) == "three"


@pytest.mark.parametrize(
    ("body", "told"),
    [("", "Write something"), ("x" * 501, "longer than 500"), ("a\0b", "invisible")],
)
def test_a_wrong_value_is_shown_again_with_its_error(app, notes, signed_in, body, told):
    notes("old")
    answer = signed_in.press("/notes/1/edit", body=body)

    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-describedby="notes-1-body-error"' in answer.text
    assert 'data-saved="old"' in answer.text
    assert note(app, 1) == "old"


def test_only_own_rows_and_declared_columns_are_edited(app, notes, signed_in, fake):
    notes("Ada's")
    fake.person = GRACE
    grace = app.test_client()
    grace.sign_in()

    assert grace.press("/notes/1/edit", body="taken").status_code == 404
    assert grace.press("/notes/999/edit", body="taken").status_code == 404
    assert signed_in.press("/notes/1/edit", user_id="2").status_code == 400
    assert signed_in.post("/notes/1/edit", data={"body": "forged"}).status_code == 400
    assert app.test_client().press("/notes/1/edit", body="x").location == "/login"
    assert note(app, 1) == "Ada's"
