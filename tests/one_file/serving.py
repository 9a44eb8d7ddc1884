"""examples/one_file/app.py, or a changed copy of it, served over real HTTP in this process."""

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import requests
from clean_copy import ROOT
from harness.app_server import SECRET_KEY
from harness.bad_provider import CLIENT_ID, CLIENT_SECRET, BadProvider, Listener
from harness.browser import Browser
from harness.walk import Row, query_of
from sqlalchemy import text
from werkzeug.serving import make_server

SOURCE = (ROOT / "examples" / "one_file" / "app.py").read_text(encoding="utf-8")
NAMES = [f"{name}_CLIENT_{end}" for name in ("GITHUB", "GOOGLE") for end in ("ID", "SECRET")]
SET_UP = {name: CLIENT_ID if name.endswith("ID") else CLIENT_SECRET for name in NAMES}


@dataclass
class OneFile:
    """The file as a running app."""

    url: str
    module: Any
    source: str = SOURCE
    log: list[logging.LogRecord] = field(default_factory=list)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return a table's rows."""
        with self.module.app.app_context():
            found = self.module.db.session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - names of the file's own tables
            return [dict(row) for row in found.mappings()]

    def log_text(self) -> str:
        """Return what the file has logged, tracebacks included."""
        formatter = logging.Formatter()
        return "\n".join(formatter.format(record) for record in self.log)


class Person(Browser):
    """Somebody's browser at the file."""

    def __init__(self, app: OneFile) -> None:
        super().__init__(app.url)
        self.app = app

    def press(self, path: str, **fields: str) -> requests.Response:
        """Press a button of the page."""
        form = {"csrf_token": self.csrf_token("/"), **fields}
        return self.post(self.app_url + path, data=form, allow_redirects=False)

    def start(self, provider: str, next_url: str | None = None, **fields: str) -> requests.Response:
        """Press a provider's button; return the answer, unfollowed."""
        more = {} if next_url is None else {"next": next_url}
        return self.press(f"/login/{provider}", **fields, **more)

    def callback_url(self, provider: str, **fields: str) -> str:
        """Begin a login and sign in at the provider; return the callback URL, unvisited."""
        return self.to_callback(self.start(provider, **fields))

    def visit(self, url: str) -> requests.Response:
        """Open an address or a path, without following redirects."""
        url = url if url.startswith("http") else self.app_url + url
        return self.get(url, allow_redirects=False)

    def sign_in(self, provider: str, **fields: str) -> requests.Response:
        """Go the whole way; return the answer to the callback."""
        return self.visit(self.callback_url(provider, **fields))

    def user(self) -> str | None:
        """Return the id of who is signed in, as the cookie and the page have it."""
        greeted = "Hello, " in self.get(self.app_url).text
        app, cookie = self.app.module.app, self.cookies.get("session")
        found = app.session_interface.get_signing_serializer(app).loads(cookie) if cookie else {}
        assert greeted == ("_user_id" in found)
        user: str | None = found.get("_user_id")
        return user

    def alerts(self) -> list[str]:
        """Return the messages that the page shows."""
        page = self.get(self.app_url).text
        return [unescape(found) for found in re.findall('role="alert">(.*?)</p>', page)]


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "one_file":
            self.records.append(record)


def addresses(provider: BadProvider) -> dict[str, dict[str, str]]:
    """Return where the providers of the file are, all of them the one that misbehaves."""
    client = {"label": "Other", "id": CLIENT_ID, "secret": CLIENT_SECRET}
    found = {
        name: {end: f"{provider.url}/{name}/{end}" for end in ("authorize", "token", "jwks")}
        | {"issuer": provider.issuer(name)}
        for name in ("google", "op", "one", "two")
    }
    for name in ("op", "one", "two"):
        found[name] |= client
    github = f"{provider.url}/github"
    at = {"authorize": f"{github}/login/oauth/authorize", "issuer": provider.issuer("github")}
    at |= {"token": f"{github}/login/oauth/access_token", "userinfo": f"{github}/user"}
    return {**found, "github": at}


def load(source: str, folder: Path, environ: Mapping[str, str]) -> Any:
    """Import the file under these variables of the environment, and no others that it reads."""
    file = folder / "one_file.py"
    file.write_text(source, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in (*NAMES, "PUBLIC_URL", "PRACTICE_URL", "SECRET_KEY", "DATABASE_URL"):
            patch.delenv(name, raising=False)
        for name, value in {"DATABASE_URL": f"sqlite:///{folder / 'one.db'}", **environ}.items():
            patch.setenv(name, value)
        spec = spec_from_file_location("one_file", file)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


@contextmanager
def served(
    folder: Path,
    provider: BadProvider | None = None,
    source: str = SOURCE,
    environ: Mapping[str, str] = SET_UP,
) -> Iterator[OneFile]:
    """Serve the file until the block ends; its providers are the one that misbehaves."""
    server = make_server("localhost", 0, None, threaded=True)
    url = f"http://localhost:{server.server_port}"
    module = load(source, folder, {"PUBLIC_URL": url, "SECRET_KEY": SECRET_KEY, **environ})
    for name, at in (addresses(provider) if provider else {}).items():
        module.READY.setdefault(name, {}).update(at)
    with module.app.app_context():
        module.db.create_all()
    running = OneFile(url, module, source)
    collector = _Collector(running.log)
    logging.getLogger().addHandler(collector)
    server.app = module.app
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        logging.getLogger().removeHandler(collector)
        with module.app.app_context():
            module.db.engine.dispose()


def state_of(app: OneFile) -> list[list[dict[str, Any]]]:
    """Return what a refused login must not change."""
    return [app.rows("user"), app.rows("identity")]


def walk(row: Row, app: OneFile, provider: BadProvider, canary: Listener) -> None:
    """Go the way of a row of the app's own tests, and check that it ends as there."""
    provider.reset()
    app.log.clear()
    canary.seen.clear()
    person, before = Person(app), state_of(app)
    if row.prepare:
        row.prepare(provider)
    if row.change:
        provider.fault(row.stage, row.change)
    honest = person.callback_url(row.tenant)
    url = row.callback(honest) if row.callback else honest
    answer = person.visit(url)
    assert not row.change or row.stage in provider.reached, "the fault was never reached"
    assert answer.status_code == 303, answer.text[:2000]
    assert answer.headers["Location"] == "/"
    assert canary.seen == []
    sent = query_of(url)
    for secret in provider.secrets | {sent.get("code", ""), sent.get("state", "")}:
        assert len(secret) < 8 or secret not in app.log_text()
    if row.outcome == "OK":
        assert person.user()
        assert {i["sub"] for i in app.rows("identity") if str(i["user_id"]) == person.user()} == {
            row.sub or provider.sub
        }
        return
    assert len(person.alerts()) == 1
    assert person.user() is None
    assert state_of(app) == before
    assert len(app.log) == 1
    assert provider.count("token") == (0 if row.outcome == "REJ0" else 1)
    if row.outcome == "SOFT":
        provider.heal()
        assert Person(app).sign_in(row.tenant).headers["Location"] == "/"
