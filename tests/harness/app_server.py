"""The app of the template folder, served over real HTTP in this process."""

import atexit
import logging
import os
import shutil
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import certifi
from werkzeug.serving import WSGIRequestHandler, make_server

DEFAULT = Path(__file__).resolve().parents[2] / "{{cookiecutter.project_slug}}"
# A copy with something taken out, to see that the tests notice (scripts/mutate.py).
TEMPLATE = Path(os.environ.get("TEMPLATE") or DEFAULT)
SECRET_KEY = "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"

sys.path.insert(0, str(TEMPLATE))
# app.signin.dev can be imported in development only.
os.environ["APP_ENV"] = "development"


@dataclass
class RunningApp:
    """An app that answers at `url`; `log` collects every record of every logger."""

    url: str
    app: Any
    log: list[logging.LogRecord] = field(default_factory=list)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return a table's rows."""
        from app.db import db
        from sqlalchemy import text

        with self.app.app_context():
            found = db.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            return [dict(row) for row in found.mappings()]

    def log_text(self) -> str:
        """Return everything that was logged, as the app's own formatters would write it."""
        from app.web.logs import _Json

        formatter = _Json()
        return "\n".join(formatter.format(record) for record in self.log)


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Close the file that was being sent: Werkzeug leaves it open if the browser has gone."""
        for frame, _ in traceback.walk_tb(error.__traceback__):
            sent = frame.f_locals.get("application_iter")
            if hasattr(sent, "close"):
                sent.close()


@cache
def trust_store() -> dict[str, str]:
    """Return the setting of a file with one authority: to load all takes a fifth of a start."""
    end = "-----END CERTIFICATE-----"
    file = Path(tempfile.mkdtemp(prefix="trust-")) / "one.pem"
    atexit.register(shutil.rmtree, file.parent)
    file.write_text(certifi.contents().partition(end)[0] + end + "\n", encoding="utf-8")
    return {"SSL_CERT_FILE": str(file)}


@contextmanager
def running_app(
    database_url: str,
    environ: Mapping[str, str] | None = None,
    *,
    host: str = "localhost",
    port: int = 0,
    providers: Iterable[Any] | None = None,
    log_level: int = logging.INFO,
) -> Iterator[RunningApp]:
    """Serve the app with these settings until the block ends.

    Defaults: development, rate limits off, PUBLIC_URL as served, a small trust store.  `providers`
    replaces the declared ones.
    """
    from app import create_app
    from app.db import db

    server = make_server(host, port, None, threaded=True, request_handler=_Handler)
    url = f"http://{host}:{server.server_port}"
    settings = {
        "APP_ENV": "development",
        "SECRET_KEY": SECRET_KEY,
        "PUBLIC_URL": url,
        "DATABASE_URL": database_url,
        "RATELIMIT_ENABLED": "0",
        **({} if "REQUESTS_CA_BUNDLE" in (environ or {}) else trust_store()),
        **(environ or {}),
    }
    server.app = (
        create_app(settings) if providers is None else create_app(settings, tuple(providers))
    )
    running = RunningApp(url, server.app)
    collector = _Collector(running.log)
    root = logging.getLogger()
    before = root.level
    root.addHandler(collector)
    root.setLevel(log_level)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        root.removeHandler(collector)
        root.setLevel(before)
        server.app.extensions["signin"].flow.http.close()
        with server.app.app_context():
            db.engine.dispose()
