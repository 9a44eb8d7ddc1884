"""Tables that the server searches, sorts and pages.  Declare one as data, and show it.

Start reading at `declaration`.  The other modules:

    asked    what a request asks of a table: everything in it is bounded
    page     the rows to show, in two queries
    editing  save one cell
    csv_file the rows as a file for a spreadsheet

`templates/tables/_table.html` has the macro that shows a page, `static/tables.js` makes it quicker.
"""

from flask import Blueprint

from .asked import asked_of
from .csv_file import csv_file, wants_csv
from .declaration import Column, Filter, Table
from .editing import Refused, edit
from .page import Page, read

__all__ = [
    "Column",
    "Filter",
    "Page",
    "Refused",
    "Table",
    "asked_of",
    "bp",
    "csv_file",
    "edit",
    "read",
    "wants_csv",
]

bp = Blueprint(
    "tables",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/tables/static",
)
