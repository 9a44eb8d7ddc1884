"""What a table is: its model, its columns, its filters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement


@dataclass(frozen=True)
class Column:
    """A column.  `name` is the model's attribute, and stands in addresses and in the CSV.

    `show` returns what a row has here, if it is not the attribute itself; `link` the address that
    the cell leads to.  Only a text can be `searched`.  A column that `grows` never gets smaller
    from one key to the next, as a time of creation: sorted by it, the oldest row of all can come
    first.  With `edit`, the validators of WTForms for a new value, a cell is a form.
    """

    name: str
    label: str
    searched: bool = False
    sorted: bool = False
    grows: bool = False
    show: Callable[[Any], object] | None = None
    link: Callable[[Any], str | None] | None = None
    edit: tuple[Callable[[Any, Any], None], ...] | None = None

    def value(self, row: Any) -> object:
        """Return what this column shows of a row."""
        return self.show(row) if self.show else getattr(row, self.name)


@dataclass(frozen=True)
class Filter:
    """A choice of rows.  `condition` makes of the model and the answer an SQL condition, or None.

    `choices` are the answers with their labels; without any it is a field to type into.  A filter
    that an index answers is `indexed`: it looks through the whole table, and a search that finds
    nothing is tried in it, if it is a field.
    """

    name: str
    label: str
    condition: Callable[[Any, str], ColumnElement[bool] | None]
    choices: Mapping[str, str] | None = None
    indexed: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a model with a whole number as its key `id`, the newest row first.

    `name` is unique among the tables of one page.
    """

    name: str
    label: str
    model: Any
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    page_size: int = 25

    @property
    def searched(self) -> tuple[Column, ...]:
        """Return the columns that the search looks into."""
        return tuple(column for column in self.columns if column.searched)

    @property
    def growing(self) -> frozenset[str]:
        """Return the names of the columns that grow with the key."""
        return frozenset(column.name for column in self.columns if column.grows)

    @property
    def edited(self) -> dict[str, Column]:
        """Return the columns that can be edited, by their names."""
        return {column.name: column for column in self.columns if column.edit is not None}


def whole_number(text: str) -> int | None:
    """Return the number that a text holds, if every database can store it as a key."""
    plain = text.isascii() and text.isdecimal() and len(text) < 11
    return int(text) if plain and int(text) < 2**31 else None
