"""Several processes of the app, with one PostgreSQL and one Redis, behind one proxy."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.app_server import SECRET_KEY
from harness.ports import free_port

from .servers import Postgres, Process, all_answer, gunicorn, haproxy, redis, serving


@dataclass
class Fleet:
    """What runs.  The proxy listens at `port`; `trust` is whom its visitors trust."""

    apps: list[Process]
    limits: Process
    proxy: Process
    port: int
    trust: ssl.SSLContext


@contextmanager
def fleet(
    app: Path, folder: Path, database: Postgres, known: Mapping[str, str], processes: int
) -> Iterator[Fleet]:
    """Serve a generated app until the block ends.

    `known` are the settings of its providers.  All people come from one address here, so the limit
    of logins is out of the way; it is counted in Redis all the same.
    """
    first = free_port(processes)
    ports = list(range(first, first + processes))
    with ExitStack() as stack:
        limits = stack.enter_context(serving(redis(folder)))
        proxy, trust = haproxy(folder, ports)
        settings = {
            "APP_ENV": "production",
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": database.url,
            "PUBLIC_URL": f"https://localhost:{proxy.port}",
            "TRUSTED_PROXIES": "1",
            "ALLOW_HTTP_LOOPBACK": "1",
            "RATELIMIT_STORAGE_URI": f"redis://127.0.0.1:{limits.port}",
            "RATELIMIT_LOGIN": "1000000 per minute",
            **known,
        }
        apps = [gunicorn(app, folder, port, settings) for port in ports]
        for one in apps:
            stack.enter_context(serving(one))
        all_answer(ports)
        stack.enter_context(serving(proxy))
        yield Fleet(apps, limits, proxy, proxy.port, trust)
