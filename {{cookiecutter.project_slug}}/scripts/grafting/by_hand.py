"""The edits that remain after a graft, with file and line."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Edit:
    """Lines to add or to change at a place."""

    place: str
    what: str
    lines: tuple[str, ...]


def edits(survey: Mapping[str, Any], root: Path, signin: str) -> list[Edit]:
    """Return the edits.  `signin` is the name of the package of sign-in, such as shop.signin."""
    return [
        _user(survey, root, signin),
        _call(survey, root, signin),
        *_passwords(survey, root, signin),
        *_pages(survey, root),
        *_own_csrf(survey, root),
    ]


def advice(survey: Mapping[str, Any]) -> list[str]:
    """Return what the owner should know, without an edit that is the same for all."""
    told = []
    if survey["references"]:
        told.append(
            "Nobody who has rows in these columns can delete their account until you say what"
            ' becomes of the rows, by ondelete="CASCADE" or "SET NULL", or by a relationship with'
            f" a cascade: {', '.join(survey['references'])}"
        )
    if survey["unloaded"]:
        told.append(
            "No account can be deleted, with or without rows, until these relationships have"
            " passive_deletes=True, and their foreign keys an ondelete that your database obeys:"
            f" {', '.join(survey['unloaded'])}"
        )
    if survey["emptied"]:
        told.append(
            "People can delete their account now. These columns then become null, and the rows stay"
            " without an owner, which your pages must be able to show:"
            f" {', '.join(survey['emptied'])}. Or let the rows go too, by"
            ' cascade="all, delete-orphan" on the relationship.'
        )
    address = next((one for one in survey["user"]["columns"] if one["name"] == "email"), None)
    if address and address["unique"] and not address["needed"]:
        told.append(
            "People whose provider has verified no address have none here, email is None. If your"
            " pages need one, say needed=True in adapt_user of host.py: then they are turned away."
        )
    if survey["sqlite"]:
        told.append(
            "Delete users with db.session.delete(user), which deletes what sign-in knows of them. A"
            " delete in bulk does not, on SQLite: it ignores foreign keys unless you turn them on"
            " by PRAGMA foreign_keys=ON."
        )
        if survey["cascading"]:
            told.append(
                "Without that PRAGMA these rows stay when somebody deletes their account, whatever"
                f" their ondelete says: {', '.join(survey['cascading'])}"
            )
    return told


def _user(survey: Mapping[str, Any], root: Path, signin: str) -> Edit:
    """Return the edit of the user class."""
    user = survey["user"]
    file = Path(user["file"])
    text = file.read_text(encoding="utf-8")
    node = next(
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and node.name == user["class"]
    )
    bases = ", ".join(["SignInUser", *(ast.unparse(base) for base in node.bases)])
    what = "give the user class the columns of sign-in, before its other bases"
    return Edit(
        _at(root, file, node.lineno),
        what + _below_database(survey, file),
        (f"from {signin}.user import SignInUser", f"class {user['class']}({bases}):"),
    )


def _call(survey: Mapping[str, Any], root: Path, signin: str) -> Edit:
    """Return the edit that adds sign-in to the app: at the end of its factory or of its module."""
    package, _, name = signin.rpartition(".")
    imported = f"from {package} import {name}" if package else f"import {name}"
    place = f"the module where your app is made, in {survey['package']}"
    for source in map(Path, survey["sources"]):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
                continue
            if ast.unparse(node.value.func).split(".")[-1] == "Flask":
                app = ast.unparse(node.targets[0])
                line, where = _end(tree, _function_around(tree, node))
                others = "the database, LoginManager" + ", CSRFProtect" * survey["csrf"]
                what = f"add sign-in, {where} line {line}, when {others} are set up"
                lines = (imported, f"{name}.init_app({app})")
                if not survey["migrations"]:
                    database = survey["db"][1]
                    lines += ("from flask_migrate import Migrate", f"Migrate({app}, {database})")
                return Edit(_at(root, source, line), what, lines)
    return Edit(place, "add sign-in", (imported, f"{name}.init_app(app)"))


def _function_around(tree: ast.Module, node: ast.AST) -> ast.FunctionDef | None:
    for outer in ast.walk(tree):
        if isinstance(outer, ast.FunctionDef) and node in outer.body:
            return outer
    return None


def _end(tree: ast.Module, function: ast.FunctionDef | None) -> tuple[int, str]:
    """Return the line at the end of a factory or module, and whether to add before or after it.

    What a module does only as a program comes after that: it serves the app and does not return.
    """
    if function:
        return function.body[-1].lineno, "before"
    for part in tree.body:
        if isinstance(part, ast.If) and "__name__" in ast.unparse(part.test):
            return part.lineno, "before"
    return tree.body[-1].end_lineno or 1, "after"


def _below_database(survey: Mapping[str, Any], file: Path) -> str:
    """Return the warning for an import into the module that makes the database itself."""
    name = survey["db"][1]
    for part in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call):
            kind = ast.unparse(part.value.func)
            if name in map(ast.unparse, part.targets) and kind.endswith("SQLAlchemy"):
                return f"; the import goes below line {part.lineno}, where {name} is made"
    return ""


def _passwords(survey: Mapping[str, Any], root: Path, signin: str) -> Iterator[Edit]:
    """Yield an edit for each place where a password signs somebody in."""
    what = "after login_user, say that the password was checked just now"
    for source in map(Path, survey["sources"]):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
        for call in sorted(calls, key=lambda node: node.lineno):
            if ast.unparse(call.func).split(".")[-1] == "login_user":
                who = ast.unparse(call.args[0])
                yield Edit(
                    _at(root, source, call.end_lineno),
                    what + _below_database(survey, source),
                    (f"from {signin}.auth import passwords", f"passwords.sign_in({who})"),
                )


def _pages(survey: Mapping[str, Any], root: Path) -> Iterator[Edit]:
    """Yield the edits of the base template and of the template with the password's form."""
    folder, base = Path(survey["templates"]["folder"]), survey["templates"]["base"]
    pages = [folder / base] if base else sorted(folder.rglob("*.html"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        line = _line(text, r"(log|sign).?out")
        if base or line:
            label = "Sign-ins" if re.search(r">\s*Account\b", text) else "Account"
            link = f"""<a href="{{{{ url_for('signin_account.connections') }}}}">{label}</a>"""
            what = "for people who are signed in" + (", beside the way out" if line else "")
            yield Edit(_at(root, page, line), what, (link,))
            break
    forms = [
        file
        for file in sorted(folder.rglob("*.html"))
        if re.search(r"sign.?in|log.?in", file.stem, re.I)
    ]
    for file in forms[:1]:
        line = _line(file.read_text(encoding="utf-8"), r"</form|_form\(")
        yield Edit(
            _at(root, file, line),
            "below the form" + (", inside the block" if base else ""),
            ('{% include "signin/buttons.html" %}',),
        )


def _line(text: str, pattern: str) -> int | None:
    """Return the number of the first line with a pattern."""
    found = (number for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line))
    return next(found, None)


def _own_csrf(survey: Mapping[str, Any], root: Path) -> Iterator[Edit]:
    """Yield an edit where the app seems to check CSRF tokens by code of its own."""
    if survey["csrf"]:
        return
    for source in map(Path, survey["sources"]):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        guards = set(_before_requests(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in guards:
                text = ast.unparse(node)
                if re.search(r"csrf|token", text, re.I) and re.search(
                    r"abort\(|raise |40[03]", text
                ):
                    yield Edit(
                        _at(root, source, node.body[0].lineno),
                        "first in this function: the forms of sign-in have tokens of their own",
                        ('if (request.blueprint or "").startswith("signin"):', "    return"),
                    )


def _before_requests(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions that run before each request."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(decorator) for decorator in node.decorator_list]
            if any("before_" in mark and "request" in mark for mark in marks):
                yield node.name
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("before_request", "before_app_request")
        ):
            yield from (ast.unparse(argument) for argument in node.args)


def _at(root: Path, file: Path, line: int | None) -> str:
    shown = file.relative_to(root) if file.is_relative_to(root) else file
    return f"{shown}:{line}" if line else str(shown)
