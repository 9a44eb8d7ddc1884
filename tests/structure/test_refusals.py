"""Nothing is refused in silence: each error has a reason, an event and an explanation."""

import ast
import logging
import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import pytest
from harness.app_server import SECRET_KEY, TEMPLATE

SIGNIN = TEMPLATE / "app" / "signin"
FILES = {
    str(path.relative_to(SIGNIN)): ast.parse(path.read_text())
    for part in ("oauth", "providers", "auth", "account")
    for path in sorted((SIGNIN / part).rglob("*.py"))
}
# What may be raised beside errors of sign-in, and why no event names it.
OTHERS = {
    "ForeignOrigin": "its handler logs form_refused",
    "ValidationError": "the form shows it beside its field",
    "ValueError": "caught where the value is read, or a mistake in a declaration",
    "TimeoutError": "becomes ProviderUnavailable",
}
# Errors of sign-in that are caught and not logged, and why.
SILENT = {
    "oauth/flow.py": "a key is unknown, and newer keys are tried",
    "oauth/transport/documents.py": "the document that is known goes on being used",
    "oauth/token.py": "the answer is an error already; only its body cannot be read",
    "providers/apple.py": "a name for display is missing",
}


@pytest.fixture(scope="module")
def errors() -> dict[str, type[Exception]]:
    """Return the errors of sign-in, by name."""
    from app.signin.auth.errors import IdentityError
    from app.signin.oauth import errors, id_token

    found: list[type[Exception]] = [IdentityError, errors.OAuthError, id_token.UnknownKey]
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, errors.OAuthError):
            found.append(value)
    return {error.__name__: error for error in found}


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    """Return the app's own test module, which finds the reasons in the code."""
    spec = spec_from_file_location("docs_of_the_app", TEMPLATE / "tests" / "test_docs.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def explained() -> list[str]:
    page = (TEMPLATE / "docs" / "troubleshooting.md").read_text()
    return re.findall(
        r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", page.partition("\n## ")[2], re.MULTILINE
    )


def test_each_reason_has_one_row_and_each_row_a_reason(docs: ModuleType) -> None:
    rows = explained()
    assert sorted(rows) == sorted(docs.reasons())


def raised(tree: ast.AST) -> Iterator[str]:
    """Yield the names of what is raised by a call with capitals: a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).rpartition(".")[2]
            if name[0].isupper():
                yield name


def test_what_is_raised_is_an_error_of_sign_in(errors: dict[str, type[Exception]]) -> None:
    found = {name for tree in FILES.values() for name in raised(tree)}
    assert found - set(errors) <= set(OTHERS)
    assert set(OTHERS) <= found, "an exception is not needed any more"


def caught(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the errors that are caught, and whether the handler raises or logs."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler) or node.type is None:
            continue
        inside = [part for statement in node.body for part in ast.walk(statement)]
        calls = [ast.unparse(part.func) for part in inside if isinstance(part, ast.Call)]
        told = any(isinstance(part, ast.Raise) for part in inside)
        told = told or any(re.match(r"log\.|audit\.log_only", call) for call in calls)
        for part in ast.walk(node.type):
            if isinstance(part, ast.Name):
                yield part.id, told


def test_what_is_caught_is_logged_or_raised(errors: dict[str, type[Exception]]) -> None:
    silent = {
        file
        for file, tree in FILES.items()
        for name, told in caught(tree)
        if name in errors and not told
    }
    assert silent == set(SILENT)


def test_each_reason_is_in_the_log_under_its_own_words(
    docs: ModuleType, errors: dict[str, type[Exception]], tmp_path: Any, caplog: Any
) -> None:
    """Each error, as `refuse` takes it: one event, with reason, detail and request id."""
    from app import create_app
    from app.signin.auth import audit, error_pages

    settings = {"APP_ENV": "development", "SECRET_KEY": SECRET_KEY, "RATELIMIT_ENABLED": "0"}
    app = create_app(settings | {"DATABASE_URL": f"sqlite:///{tmp_path}/app.db"}, ())
    caplog.set_level(logging.INFO, logger="app.audit")
    for reason in sorted(docs.reasons()):
        for problem in made(errors, reason):
            caplog.clear()
            with app.test_request_context("/callback/op"):
                answer = error_pages.refuse(problem)
                request_id = audit.request_id()
            assert answer.status_code == 303
            [record] = [record for record in caplog.records if record.name == "app.audit"]
            assert record.fields["event"] == "refused"
            assert record.fields["reason"] == problem.reason
            assert record.fields["detail"] == str(problem)[:500]
            assert request_id in answer.headers["Location"]


def made(errors: dict[str, type[Exception]], reason: str) -> Iterator[Any]:
    """Yield an error of each kind with this reason."""
    message = "what was found, and what was expected"
    yield errors["IdentityError"](reason)
    yield errors["InvalidCallback"](message, reason=reason)
    yield errors["InvalidResponse"](message, reason=reason)
    yield errors["ProviderUnavailable"](message, reason=reason)
    yield errors["AuthorizationError"](reason)
    yield errors["TokenError"](reason)
    yield errors["InvalidIDToken"](message)
