"""What a request asks of a table.

Whatever an address says, the answer is a table: what has no meaning is left out, what is too much
is cut.  Nothing of it becomes SQL but the names of declared columns.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import request

from .declaration import Table, whole_number

SEARCH_LENGTH = 100
# Columns that a table is sorted by, and as much of the text as is read.
MOST_SORTED, SORT_LENGTH = 3, 1000


@dataclass(frozen=True)
class Asked:
    """The question.  `sort` has names of columns, and whether each is descending.

    Only rows beyond the key `after` count, if it is set; `page` begins with 1.  `oldest_first` says
    that rows are looked through from the smallest key on.
    """

    search: str
    filters: dict[str, str]
    sort: tuple[tuple[str, bool], ...]
    after: int | None
    page: int
    oldest_first: bool

    def query(self, **changes: Any) -> str:
        """Return this question as the query of an address."""
        asked = replace(self, **changes)
        words = {"search": asked.search, **asked.filters}
        words["sort"] = ",".join(f"{'-' * descending}{name}" for name, descending in asked.sort)
        words["after"] = str(asked.after or "")
        words["page"] = str(asked.page) if asked.page > 1 else ""
        return urlencode({name: word for name, word in words.items() if word})

    def sorted_by(self, name: str) -> str:
        """Return the query that sorts by a column first, then by what it was sorted by before.

        A column that is first already turns round, and then is left out.
        """
        others = tuple(one for one in self.sort if one[0] != name)
        first: tuple[tuple[str, bool], ...] = ((name, False),)
        if self.sort[:1] == ((name, False),):
            first = ((name, True),)
        elif self.sort[:1] == ((name, True),):
            first = ()
        return self.query(sort=(*first, *others)[:MOST_SORTED], after=None, page=1)

    def direction(self, name: str) -> str | None:
        """Return how the table is sorted by a column, in the words of `aria-sort`."""
        found = dict(self.sort).get(name)
        return None if found is None else "descending" if found else "ascending"


def asked_of(table: Table) -> Asked:
    """Return what this request asks of a table."""
    words = request.args
    answers = {one.name: _text(words.get(one.name, "")) for one in table.filters}
    after = whole_number(words.get("after", ""))
    sort = _sort(table, words.get("sort", ""))
    return Asked(
        search=_text(words.get("search", "")) if table.searched else "",
        filters={
            one.name: answers[one.name]
            for one in table.filters
            if answers[one.name] and (one.choices is None or answers[one.name] in one.choices)
        },
        sort=sort,
        after=after or None,
        page=whole_number(words.get("page", "")) or 1,
        oldest_first=any(sort[:1] == ((name, False),) for name in table.growing),
    )


def _text(word: str) -> str:
    """Return a text that every database takes: PostgreSQL refuses NUL characters."""
    return word.replace("\0", "").encode("utf-8", "ignore").decode()[:SEARCH_LENGTH].strip()


def _sort(table: Table, word: str) -> tuple[tuple[str, bool], ...]:
    known = {column.name for column in table.columns if column.sorted}
    found: dict[str, bool] = {}
    for part in word[:SORT_LENGTH].split(","):
        name = part.strip().lstrip("+-")
        if name in known:
            found.setdefault(name, part.strip().startswith("-"))
    return tuple(found.items())[:MOST_SORTED]
