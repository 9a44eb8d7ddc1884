"""Finds the checks of the app in its code, and rewrites a copy of the app without one.

They are found by what the code looks like (`checks_at` lists the kinds), so a renamed or moved one
is found again.
"""

import ast
import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SIGNIN = "app/signin"
# In this order, so that a pass that is cut short has tried what matters most.
CORE = ("oauth", "auth", "account", "providers", "config")
# These show things, and decide nothing.
LEFT_OUT = ("auth/buttons.py", "account/profile.py", "config/settings.py")
NOTING = Path(__file__).with_name("noting.py")


@dataclass(frozen=True)
class Check:
    """An expression that refuses something, and what stands in its place when it is taken out.

    `decides` is the value with which it decides something: with the other one the app does the
    same without it.  None: that cannot be told.
    """

    kind: str
    node: ast.expr
    without: ast.expr | None
    decides: bool | None = None


@dataclass(frozen=True)
class Mutant:
    """The app without one check.  `source` is a hash of the function that it stands in."""

    id: str
    check: str
    source: str

    @property
    def module(self) -> str:
        """Return the file, from `app/signin/`."""
        return self.id.split(":")[0]

    @property
    def key(self) -> str:
        """Return its key in EQUIVALENT."""
        return f"{self.id.rpartition(':')[0]}: {self.check}"


def checks_at(node: ast.AST, refusing: set[str]) -> Iterator[Check]:
    """Yield the checks that a node of the tree holds; `refusing` are functions that refuse."""
    match node:
        case ast.If(test=test, body=body) if leaves(body):
            yield from conditions("if", test, refuses=True)
        case ast.Assign(targets=[ast.Name("checks")], value=ast.Dict(values=values)):
            for value in values:
                yield from conditions("check", value, refuses=False)
        case ast.Assign(value=ast.BoolOp(op=ast.And()) as value):
            yield from conditions("condition", value, refuses=False)
        case ast.FunctionDef(returns=ast.Name("bool")):
            for value in returned(node):
                if not isinstance(value, ast.Constant):
                    yield from conditions("condition", value, refuses=False)
        case ast.Return(value=ast.IfExp(test=test, body=body)):
            yield from conditions("condition", test, refuses=is_empty(body))
        case ast.IfExp(test=test, body=body, orelse=other) if is_empty(body) or is_empty(other):
            yield from conditions("condition", test, refuses=is_empty(body))
        case ast.comprehension(ifs=ifs):
            for condition in ifs:
                yield from conditions("filter", condition, refuses=False)
        case ast.Call(func=ast.Attribute(attr="where"), args=args):
            yield from (rows(arg) for arg in args if not isinstance(arg, ast.Starred))
        case ast.Call(func=ast.Name("or_"), args=args):
            yield from (rows(arg, among=False) for arg in args if not isinstance(arg, ast.Starred))
        case ast.Tuple(elts=parts) if any(map(is_column_condition, parts)):
            yield from map(rows, parts)
        case ast.expr() if is_column_condition(node):
            yield rows(node)
        case ast.Call(func=ast.Name("min" | "max"), args=[one, other]):
            yield Check("limit", node, one)
            yield Check("limit", node, other)
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=most)) if is_limit(most):
            yield Check("limit", node, value)
        case ast.Expr(value=ast.Call(func=function) as call) if last_name(function) in refusing:
            yield Check("call", call, ast.Constant(None))
    if isinstance(node, ast.FunctionDef):
        yield from (Check("decorator", d, None) for d in node.decorator_list if is_guard(d))


def conditions(kind: str, node: ast.expr, *, refuses: bool) -> Iterator[Check]:
    """Yield the parts of a condition that can each refuse alone; `refuses`: by being true or not.

    A part is taken out by the value that refuses nothing.
    """
    if isinstance(node, ast.UnaryOp) and has_parts(node):
        yield from conditions(kind, node.operand, refuses=not refuses)
        return
    if isinstance(node, ast.BoolOp):
        alone = isinstance(node.op, ast.Or) == refuses
        parts = [part for part in node.values if alone or has_parts(part)]
        if parts:
            for part in parts:
                yield from conditions(kind, part, refuses=refuses)
            return
    if not any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
        yield Check(kind, node, ast.Constant(not refuses), refuses)


def has_parts(node: ast.expr) -> bool:
    """Return whether a condition is made of others."""
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.BoolOp)


def rows(node: ast.expr, *, among: bool = True) -> Check:
    """Return the check that a condition of a query is; without it all rows match, or none more."""
    return Check("rows", node, ast.Constant(among))


def leaves(body: list[ast.stmt]) -> bool:
    """Return whether statements end the function or the round, or report a problem."""
    match body[-1]:
        case ast.Raise() | ast.Return() | ast.Continue() | ast.Break():
            return True
        case ast.Expr(value=ast.Call(func=function)):
            return last_name(function) in ("abort", "problem")
    return False


def returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield what a function returns, functions inside it aside."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.IfExp):
            yield node.value
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)


def is_empty(node: ast.expr) -> bool:
    """Return whether an expression is None or False."""
    match node:
        case ast.Constant(value=value):
            return value is None or value is False
    return False


def is_column_condition(node: ast.AST) -> bool:
    """Return whether an expression compares a column of a model, such as `Identity.sub == sub`."""
    match node:
        case ast.Compare(left=ast.Attribute(value=ast.Name(name))):
            return is_class(name)
        case ast.Call(
            func=ast.Attribute(
                value=ast.Attribute(value=ast.Name(name)),
                attr="is_" | "is_not" | "in_" | "not_in" | "has" | "any" | "like",
            )
        ):
            return is_class(name)
    return False


def is_class(name: str) -> bool:
    """Return whether a name is written like a class."""
    return re.match(r"[A-Z]\w*[a-z]", name) is not None


def is_limit(node: ast.expr | None) -> bool:
    """Return whether the end of a slice is a limit of length."""
    match node:
        case ast.Name(name):
            return name.isupper()
        case ast.Constant(value=int(value)):
            return value >= 32
    return False


def is_guard(decorator: ast.expr) -> bool:
    """Return whether a decorator stands before a function: no route, and none of Python's own."""
    plain = ("property", "contextmanager", "cache", "classmethod", "staticmethod")
    return not isinstance(decorator, ast.Call) and last_name(decorator) not in plain


def last_name(node: ast.expr) -> str:
    """Return the last word of `a.b.c`."""
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def refusing_functions(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of the functions that raise, or report a problem."""
    return {
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for part in ast.walk(node)
        if isinstance(part, ast.Raise)
        or (isinstance(part, ast.Call) and last_name(part.func) == "problem")
    }


def checks_in(
    node: ast.AST, refusing: set[str], function: str = "", scope: ast.AST | None = None
) -> Iterator[tuple[str, ast.AST | None, Check]]:
    """Yield the checks below a node, each with the name of its function and the function itself."""
    for check in checks_at(node, refusing):
        yield function, scope, check
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{child.name}".strip(".")
            yield from checks_in(child, refusing, inner, child)
        elif not isinstance(child, ast.JoinedStr):
            yield from checks_in(child, refusing, function, scope)


def found_in(tree: ast.Module, module: str, refusing: set[str]) -> Iterator[tuple[Mutant, Check]]:
    """Yield the checks of a module, in the order of its lines, and the mutant of each."""
    once: dict[tuple[int, str], tuple[str, ast.AST | None, Check]] = {}
    for function, scope, check in checks_in(tree, refusing):
        without = ast.unparse(check.without) if check.kind == "limit" and check.without else ""
        once.setdefault((id(check.node), without), (function, scope, check))
    numbers: Counter[str] = Counter()
    in_order = sorted(once.values(), key=lambda one: (one[2].node.lineno, one[2].node.col_offset))
    for function, scope, check in in_order:
        name = f"{module}:{function or 'module'}"
        numbers[name] += 1
        text = ast.unparse(check.node)
        if check.kind == "limit" and check.without:
            text += f" → {ast.unparse(check.without)}"
        yield Mutant(f"{name}:{numbers[name]}", f"{check.kind}: {text}", hash_of(scope)), check


def hash_of(scope: ast.AST | None) -> str:
    """Return a hash of a function's code, without its docstring."""
    body = list(scope.body) if isinstance(scope, ast.FunctionDef) else []
    if isinstance(scope, ast.FunctionDef) and ast.get_docstring(scope):
        del body[0]
    return hashlib.sha256("\n".join(map(ast.unparse, body)).encode()).hexdigest()[:12]


def core(app: Path) -> dict[str, ast.Module]:
    """Return the parsed modules that hold the checks, by their path from `app/signin/`."""
    folder = app / SIGNIN
    paths = [path for part in CORE for path in sorted((folder / part).rglob("*.py"))]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: ast.parse(names[name].read_text()) for name in names if name not in LEFT_OUT}


def all_mutants(app: Path) -> list[Mutant]:
    """Return the mutants of an app: in the order in which they are tried."""
    trees = core(app)
    refusing = refusing_functions(trees.values())
    return [m for name, tree in trees.items() for m, _ in found_in(tree, name, refusing)]


def replace(tree: ast.Module, old: ast.expr, new: ast.expr | None) -> None:
    """Put another expression in the place of one, or nothing in the place of a decorator."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old and new is not None:
                setattr(parent, name, new)
                return
            if isinstance(value, list) and any(item is old for item in value):
                at = next(number for number, item in enumerate(value) if item is old)
                value[at : at + 1] = [] if new is None else [new]
                return
    raise LookupError(ast.unparse(old))


def take_out(mutant: Mutant, app: Path) -> None:
    """Rewrite one module of a copy of the app without one check."""
    trees = core(app)
    tree, refusing = trees[mutant.module], refusing_functions(trees.values())
    for found, check in found_in(tree, mutant.module, refusing):
        if found.id == mutant.id:
            replace(tree, check.node, check.without)
    (app / SIGNIN / mutant.module).write_text(ast.unparse(ast.fix_missing_locations(tree)))


def let_note(app: Path) -> None:
    """Rewrite a copy of the app so that each check notes the test that it decides something in."""
    shutil.copy(NOTING, app / "app")
    trees = core(app)
    refusing = refusing_functions(trees.values())
    for module, tree in trees.items():
        found = list(found_in(tree, module, refusing))
        if not found:
            continue
        for mutant, check in found:
            name, node = ast.Constant(mutant.id), check.node
            if check.kind == "call" and isinstance(node, ast.Call):
                replace(tree, node.func, called("noted_call", name, node.func))
            elif check.kind == "decorator":
                replace(tree, node, called("noted_decorator", name, node))
            else:
                replace(tree, node, called("noted", name, ast.Constant(check.decides), node))
        names = [ast.alias(name) for name in ("noted", "noted_call", "noted_decorator")]
        after_docstring = 1 if ast.get_docstring(tree) else 0
        tree.body.insert(after_docstring, ast.ImportFrom(f"app.{NOTING.stem}", names, 0))
        (app / SIGNIN / module).write_text(ast.unparse(ast.fix_missing_locations(tree)))


def called(function: str, *arguments: ast.expr) -> ast.Call:
    """Return the call of a function of `noting`."""
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
