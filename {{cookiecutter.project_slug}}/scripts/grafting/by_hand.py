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
    found = [
        _user(survey, root, signin),
        _call(survey, root, signin),
        *_passwords(survey, root, signin),
        *_pages(survey, root),
        *_own_csrf(survey, root),
    ]
    return found


def advice(survey: Mapping[str, Any]) -> list[str]:
    """Return what the owner should know, without an edit that is the same for all."""
    told = []
    if survey["references"]:
        told.append(
            "Nobody who has rows in these columns can delete their account until you say what"
            ' becomes of the rows, by ondelete="CASCADE" or "SET NULL", or by a relationship with'
            f" a cascade: {', '.join(survey['references'])}"
        )
    if survey["sqlite"]:
        told.append(
            "SQLite obeys foreign keys only after PRAGMA foreign_keys=ON: the data of sign-in is"
            " deleted with a user as long as you delete users with db.session.delete(user)."
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
    return Edit(
        _at(root, file, node.lineno),
        "give the user class the columns of sign-in, before its other bases",
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
            made = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            if made and ast.unparse(node.value.func).split(".")[-1] == "Flask":  # type: ignore[attr-defined]
                app = ast.unparse(node.targets[0])  # type: ignore[attr-defined]
                inside = _function_around(tree, node)
                last = inside.body[-1].lineno if inside else tree.body[-1].end_lineno or 1
                where = f"before line {last}, " if inside else f"after line {last}, "
                what = f"add sign-in, {where}after db, LoginManager and CSRF are set up"
                lines = (imported, f"{name}.init_app({app})")
                if not survey["migrations"]:
                    lines += ("from flask_migrate import Migrate", f"Migrate({app}, db)")
                return Edit(_at(root, source, last), what, lines)
    return Edit(place, "add sign-in", (imported, f"{name}.init_app(app)"))


def _function_around(tree: ast.Module, node: ast.AST) -> ast.FunctionDef | None:
    for outer in ast.walk(tree):
        if isinstance(outer, ast.FunctionDef) and node in outer.body:
            return outer
    return None


def _passwords(survey: Mapping[str, Any], root: Path, signin: str) -> Iterator[Edit]:
    """Yield an edit for each place where a password signs somebody in."""
    for source in map(Path, survey["sources"]):
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
            found = re.search(r"\blogin_user\(\s*([\w.]+)", line)
            if found:
                yield Edit(
                    _at(root, source, number),
                    "after login_user, say that the password was checked just now",
                    (
                        f"from {signin}.auth import passwords",
                        f"passwords.sign_in({found[1]})",
                    ),
                )


def _pages(survey: Mapping[str, Any], root: Path) -> Iterator[Edit]:
    """Yield the edits of the base template and of the template with the password's form."""
    folder = Path(survey["templates"]["folder"])
    yield Edit(
        _at(root, folder / survey["templates"]["base"], None),
        "for people who are signed in",
        ("""<a href="{{ url_for('signin_account.connections') }}">Account</a>""",),
    )
    forms = [
        file
        for file in sorted(folder.rglob("*.html"))
        if re.search(r"sign.?in|log.?in", file.stem, re.I)
    ]
    for file in forms[:1]:
        yield Edit(
            _at(root, file, None),
            "below the form, inside the block",
            ('{% include "signin/buttons.html" %}',),
        )


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
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called.endswith(("before_request", "before_app_request")):
            yield from (ast.unparse(argument) for argument in node.args)  # type: ignore[attr-defined]


def _at(root: Path, file: Path, line: int | None) -> str:
    shown = file.relative_to(root) if file.is_relative_to(root) else file
    return f"{shown}:{line}" if line else str(shown)
