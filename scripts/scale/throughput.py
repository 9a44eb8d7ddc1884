"""How many logins a second one to four processes of the app take, and what that costs."""

import json
import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from harness.counting_provider import Someone, counting_provider

from .fleet import Fleet, fleet
from .servers import Postgres, cpu_seconds
from .visitor import Visitor

DRIVERS, THREADS = 2, 12
WARM_SECONDS, SECONDS = 5, 20
PEOPLE = 500


def drive(name: str, pipe: Connection, seconds: tuple[float, float]) -> None:
    """Sign people in, in a process of its own, as fast as the app takes them.

    It tells the settings of its provider, which is called `name`, is told the port and the trust
    file, and sends what each login took.
    """
    import ssl

    with counting_provider() as people:
        pipe.send(people.settings_for(name))
        port, trusted = pipe.recv()
        trust = ssl.create_default_context(cafile=trusted)
        took: list[tuple[float, float]] = []
        began = time.monotonic()
        ends = began + sum(seconds)

        def work(thread: int) -> None:
            turn = thread
            while time.monotonic() < ends:
                turn += THREADS
                sub = str(turn % PEOPLE)
                person = Someone(sub, f"Person {sub}", f"person-{sub}@{name}.example")
                visitor = Visitor(port, trust, people, {name: person})
                start = time.monotonic()
                visitor.sign_in(name)
                took.append((time.monotonic(), time.monotonic() - start))
                if f'"Person {sub}"' not in (visitor.who() or ""):
                    raise RuntimeError(f"person {sub} is somebody else")
                visitor.hang_up()

        threads = [threading.Thread(target=work, args=(one,)) for one in range(THREADS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds[0])
        pipe.send(time.process_time())
        time.sleep(seconds[1])
        pipe.send(time.process_time())
        for thread in threads:
            thread.join()
        pipe.send([span for ended, span in took if began + seconds[0] <= ended <= ends])


def measured(app: Path, folder: Path, database: Postgres, processes: int) -> dict[str, Any]:
    """Return the logins a second, the times in milliseconds, and the CPU milliseconds a login."""
    pipes = [multiprocessing.Pipe() for _ in range(DRIVERS)]
    drivers = [
        multiprocessing.Process(
            target=drive, args=(f"corp{processes}x{number}", theirs, (WARM_SECONDS, SECONDS))
        )
        for number, (_, theirs) in enumerate(pipes)
    ]
    for driver in drivers:
        driver.start()
    known: dict[str, str] = {}
    for ours, _ in pipes:
        known |= ours.recv()
    with fleet(app, folder, database, known, processes) as served:
        for ours, _ in pipes:
            ours.send((served.port, str(folder / "authority.pem")))
        return _figures([ours for ours, _ in pipes], _meters(database, served))


def _meters(database: Postgres, served: Fleet) -> dict[str, Callable[[], float]]:
    """Return what tells the CPU seconds of each part."""
    return {
        "app": lambda: cpu_seconds(*(one.running.pid for one in served.apps)),
        "PostgreSQL": lambda: cpu_seconds(*database.groups()),
        "haproxy": lambda: cpu_seconds(served.proxy.running.pid),
        "Redis": lambda: cpu_seconds(served.limits.running.pid),
    }


def _figures(pipes: list[Connection], meters: dict[str, Callable[[], float]]) -> dict[str, Any]:
    began = sum(pipe.recv() for pipe in pipes)
    before = {name: meter() for name, meter in meters.items()}
    visitors = sum(pipe.recv() for pipe in pipes) - began
    used = {name: meter() - before[name] for name, meter in meters.items()}
    spans = sorted(span for pipe in pipes for span in pipe.recv())
    if not spans:
        raise RuntimeError("nobody signed in")
    used["people and provider"] = visitors
    return {
        "logins a second": round(len(spans) / SECONDS, 1),
        "median ms": round(statistics.median(spans) * 1000),
        "95 % ms": round(spans[int(len(spans) * 0.95)] * 1000),
        "CPU ms a login": {name: round(it * 1000 / len(spans), 1) for name, it in used.items()},
    }


def run(app: Path, folder: Path, database: Postgres) -> list[dict[str, Any]]:
    """Measure one to four processes; print and return what was measured."""
    found = []
    for processes in (1, 2, 3, 4):
        place = folder / f"processes-{processes}"
        place.mkdir()
        found.append({"processes": processes, **measured(app, place, database, processes)})
        print(json.dumps(found[-1]), flush=True)
    return found
