"""The rows to show, in two queries, however large the table is.

Each answer looks through a window of WINDOW rows: the newest ones, or the oldest where a column
that grows is sorted upwards.  The next window begins where this one ends.  So a search needs no
index, a count is bounded, and an address far down costs no more than the first one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from ..db import db
from .asked import Asked, asked_of
from .declaration import Table
from .editing import Refused

WINDOW = 25_000


@dataclass(frozen=True)
class Page:
    """A page of a table.  `count` rows match in this window, which has `looked_at` rows.

    `asked` keeps new rows out, so that the pages after this one do not shift.  `onward` is the
    question about the next window, if there may be rows.
    """

    table: Table
    asked: Asked
    rows: list[Any]
    count: int
    looked_at: int
    onward: str | None
    edit_url: Callable[[Any], str] | None = None
    refused: Refused | None = None
    address: str = ""

    @property
    def last_page(self) -> int:
        """Return the number of the last page of this window."""
        return max(1, -(-self.count // self.table.page_size))

    @property
    def first_row(self) -> int:
        """Return the number of the first row shown, counted from 1."""
        return (self.asked.page - 1) * self.table.page_size + 1

    @property
    def narrowed(self) -> bool:
        """Return whether a search or a filter leaves rows out."""
        return bool(self.asked.search or self.asked.filters)


def read(
    table: Table,
    base: Select[Any],
    *,
    edit_url: Callable[[Any], str] | None = None,
    refused: Refused | None = None,
    address: str = "",
) -> Page:
    """Return the page that this request asks for, of the rows that `base` selects.

    `base` selects the model, as `select(Note).where(…)`; what this person may not see, it must
    leave out.  `edit_url` returns where the cells of a row are posted to; `refused` is a value that
    `edit` has refused.  `address` is the page's own, if this request came to another one.
    """
    asked = asked_of(table)
    entity, matching = window(table, base, asked)
    counts = select(
        func.count().filter(matching), func.count(), func.min(entity.id), func.max(entity.id)
    )
    count, looked_at, lowest, highest = db.session.execute(counts).one()
    page = min(asked.page, max(1, -(-count // table.page_size)))
    shown = select(entity).where(matching).order_by(*ordering(entity, asked))
    shown = shown.offset((page - 1) * table.page_size).limit(table.page_size)
    rows = list(db.session.scalars(shown)) if count else exactly(table, base, asked)
    end, after = highest if asked.oldest_first else lowest, asked.after
    if count > table.page_size and not asked.oldest_first:
        after = after or highest + 1
    return Page(
        table=table,
        asked=replace(asked, after=after, page=page),
        rows=rows,
        count=count or len(rows),
        looked_at=looked_at,
        onward=asked.query(after=end, page=1) if looked_at == WINDOW and end > 1 else None,
        edit_url=edit_url,
        refused=refused,
        address=address,
    )


def window(table: Table, base: Select[Any], asked: Asked) -> tuple[Any, ColumnElement[bool]]:
    """Return the model as it stands in the window, and the condition for the rows that match."""
    model = table.model
    inner = base.where(*_conditions(table, model, asked, indexed=True))
    order = model.id.asc() if asked.oldest_first else model.id.desc()
    if asked.after is not None:
        inner = inner.where(
            model.id > asked.after if asked.oldest_first else model.id < asked.after
        )
    rows = inner.order_by(None).order_by(order).limit(WINDOW).subquery()
    entity = aliased(model, rows)
    matching = _conditions(table, entity, asked, indexed=False)
    if asked.search:
        texts = [getattr(entity, column.name) for column in table.searched]
        matching.append(or_(*(text.icontains(asked.search, autoescape=True) for text in texts)))
    return entity, and_(true(), *matching)


def exactly(table: Table, base: Select[Any], asked: Asked) -> list[Any]:
    """Return the rows of the whole table that have the searched text where an index finds it."""
    fields = [one for one in table.filters if one.indexed and one.choices is None]
    if not asked.search or not fields:
        return []
    found = [one.condition(table.model, asked.search) for one in fields]
    others = _conditions(table, table.model, asked, indexed=True)
    others += _conditions(table, table.model, asked, indexed=False)
    exact = or_(*(condition for condition in found if condition is not None))
    rows = base.where(exact, *others).order_by(None).order_by(table.model.id.desc())
    return list(db.session.scalars(rows.limit(table.page_size)))


def ordering(entity: Any, asked: Asked) -> list[ColumnElement[Any]]:
    """Return the order.  The key comes last, so that no two rows are equal."""
    columns = [(getattr(entity, name), descending) for name, descending in asked.sort]
    columns.append((entity.id, not asked.oldest_first))
    return [column.desc() if descending else column.asc() for column, descending in columns]


def _conditions(
    table: Table, entity: Any, asked: Asked, *, indexed: bool
) -> list[ColumnElement[bool]]:
    found = [
        one.condition(entity, asked.filters[one.name])
        for one in table.filters
        if one.name in asked.filters and one.indexed == indexed
    ]
    return [condition for condition in found if condition is not None]
