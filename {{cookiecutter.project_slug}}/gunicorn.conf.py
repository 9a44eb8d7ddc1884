"""How gunicorn serves this app: `gunicorn`, without arguments, reads this file.

A thread mostly waits, for a provider or the database, so there are many: with at most 8 calls to
one provider under way, the others keep answering when a provider hangs.  Any number of processes
may run, on any number of hosts; more than one needs RATELIMIT_STORAGE_URI=redis://… for limits that
count together.
"""

import os
import sys
from datetime import UTC, datetime

from gunicorn.glogging import Logger

from app import options
from app.web.logs import loggable

wsgi_app = "app:create_app()"
preload_app = True
# Platforms that set PORT expect the app at every address of its container.
port = os.environ.get("PORT")
bind = os.environ.get("BIND") or (f"0.0.0.0:{port}" if port else "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
threads = 64

# A login may wait 12 s for a provider.  Headers that come slower than this, and idle connections,
# are closed; put a proxy in front that buffers slow clients.
timeout = 30
graceful_timeout = 20
keepalive = 5
control_socket_disable = True

# A callback may carry a code and a state, each of the size that the app accepts.
limit_request_line = 8190


class AccessLog(Logger):
    """Adds the time and a path without secrets to the parts of a line."""

    def atoms(self, resp, req, environ, request_time):
        """Return the parts of one line of the access log, by name."""
        found = super().atoms(resp, req, environ, request_time)
        now = datetime.now(UTC).isoformat()
        return found | {"time": now, "path": loggable(environ["RAW_URI"])}


accesslog = "-"
logger_class = AccessLog
access_log_format = '%(time)s %(h)s "%(m)s %(path)s" %(s)s %(B)s %(L)s %({x-request-id}o)s'

# What the options of this app add to the server.
for option in options():
    globals().update(getattr(option, "gunicorn_hooks", dict)())


def on_starting(server):
    """Refuse to serve development, where the practice provider signs in anybody."""
    if server.app.wsgi().extensions["signin"].settings.development:
        sys.exit("gunicorn serves production only: set APP_ENV=production, or use flask run.")
