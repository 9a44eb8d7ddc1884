"""The hooks of gunicorn: several processes count together, and a port of its own serves the sum.

Each process writes its numbers into files of one folder, which is new for each start.  Without it
each process would answer with its own numbers, another one at each request.
"""

import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import values
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.multiprocess import mark_process_dead

from .exposition import FOLDER


def gunicorn_hooks() -> dict[str, Callable[..., None]]:
    """Make the folder, before anything is counted; return the hooks by gunicorn's names.

    gunicorn calls it again where it reads its configuration again.  A server that takes over from
    an older one makes its own: the older one deletes what it has made.
    """
    mine = f"metrics-{os.getpid()}-"
    if mine not in os.environ.get(FOLDER, ""):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix=mine)
        # The package, half of it without types, has chosen already, when it was imported.
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    return {"when_ready": when_ready, "child_exit": child_exit, "on_exit": on_exit}


def when_ready(server: Any) -> None:
    """Serve the numbers at METRICS_BIND, from the first process: it is never busy."""
    if "metrics_port" not in server.app.wsgi().extensions:
        return
    (host, port), app = server.app.wsgi().extensions["metrics_port"]
    kind = _IPv6 if ":" in host else ThreadingWSGIServer
    try:
        listening: WSGIServer = kind((host, port), _Quiet)
    except OSError as error:
        sys.exit(f"METRICS_BIND: nothing can listen at {host}, port {port}: {error.strerror}")
    listening.set_app(app)
    threading.Thread(target=listening.serve_forever, daemon=True).start()


def child_exit(_server: Any, worker: Any) -> None:
    """Keep what a process has counted, and forget the connections that it had."""
    # Without types, as above.
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Delete the folder."""
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


class _IPv6(ThreadingWSGIServer):
    address_family = socket.AF_INET6


class _Quiet(WSGIRequestHandler):
    # Seconds for a request: a connection that says nothing is closed.
    timeout = 5

    def log_message(self, *_: Any) -> None:
        """Log nothing: it would be a line every few seconds."""
