"""The rows to show, in two queries, however large the table is.

Each answer looks through the WINDOW newest rows below `after`; the next window begins where this
one ends.  So a search needs no index, a count is bounded, and an address far down costs no more
than the first one.
"""

from collections.abc import Callable
from dataclasses import dataclass
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

    `asked` keeps new rows out, so that the pages after this one do not shift.  `older` is the
    question about the next window, if there may be rows.
    """

    table: Table
    asked: Asked
    rows: list[Any]
    count: int
    looked_at: int
    older: str | None
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
    pages = max(1, -(-count // table.page_size))
    page = min(asked.page, pages)
    shown = select(entity).where(matching).order_by(*ordering(entity, asked))
    shown = shown.offset((page - 1) * table.page_size).limit(table.page_size)
    older = asked.query(after=lowest, page=1) if looked_at == WINDOW and lowest > 1 else None
    after = asked.after or (highest + 1 if highest and pages > 1 else None)
    return Page(
        table=table,
        asked=Asked(asked.search, asked.filters, asked.sort, after, page),
        rows=list(db.session.scalars(shown)) if count else [],
        count=count,
        looked_at=looked_at,
        older=older,
        edit_url=edit_url,
        refused=refused,
        address=address,
    )


def window(table: Table, base: Select[Any], asked: Asked) -> tuple[Any, ColumnElement[bool]]:
    """Return the model as it stands in the window, and the condition for the rows that match."""
    model = table.model
    inner = base.where(*_conditions(table, model, asked, indexed=True))
    if asked.after is not None:
        inner = inner.where(model.id < asked.after)
    rows = inner.order_by(None).order_by(model.id.desc()).limit(WINDOW).subquery()
    entity = aliased(model, rows)
    matching = _conditions(table, entity, asked, indexed=False)
    if asked.search:
        texts = [getattr(entity, column.name) for column in table.searched]
        matching.append(or_(*(text.icontains(asked.search, autoescape=True) for text in texts)))
    return entity, and_(true(), *matching)


def ordering(entity: Any, asked: Asked) -> list[ColumnElement[Any]]:
    """Return the order.  The key comes last, so that no two rows are equal."""
    columns = [(getattr(entity, name), descending) for name, descending in asked.sort]
    columns.append((entity.id, True))
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
