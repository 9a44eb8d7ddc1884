"""Two processes of gunicorn: what they count adds up, also after both were killed."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from harness.counting_provider import CountingProvider, Person, counting_provider
from harness.gunicorn import Gunicorn, gunicorn
from harness.ports import free_port
from harness.visitor import Visitor, went_to
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "a-token-of-prometheus-0123456789-abcdefgh"
READER = {"Authorization": f"Bearer {TOKEN}"}
PEOPLE = 12


def numbers(url: str) -> dict[frozenset[str], float]:
    answer = requests.get(f"{url}/metrics", headers=READER, timeout=30)
    assert answer.status_code == 200, answer.text
    assert len(answer.text) < 200_000
    return {
        frozenset({sample.name, *sample.labels.values()}): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def sign_ups(found: dict[frozenset[str], float]) -> float:
    return found[frozenset({"signin_logins_total", "corp", "sign_up", "none"})]


def sign_up(served: Gunicorn, provider: CountingProvider, number: int) -> None:
    visitor = Visitor(served.url, provider)
    visitor.headers["Connection"] = "close"
    assert went_to(visitor.sign_in("corp", Person(number))) == "/"


def processes_that_counted(folder: Path) -> set[str]:
    """Return the processes that have answered requests."""
    return {
        file.stem.rpartition("_")[2]
        for file in folder.glob("histogram_*.db")
        if b"app_request_seconds_sum" in file.read_bytes()
    }


def test_two_processes_add_up(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    port = f"127.0.0.1:{free_port()}"
    own_port = f"http://{port}"
    metrics = {"METRICS_TOKEN": TOKEN, "METRICS_BIND": port}
    with (
        counting_provider() as provider,
        gunicorn(sqlite_url, provider.settings | metrics, tmp_path) as served,
    ):
        [folder] = tmp_path.glob("metrics-*")
        with ThreadPoolExecutor(4) as together:
            list(
                together.map(lambda number: sign_up(served, provider, number), range(1, PEOPLE + 1))
            )
        assert len(processes_that_counted(folder)) == 2
        for url in (served.url, own_port):
            found = numbers(url)
            assert sign_ups(found) == PEOPLE
            assert found[frozenset({"app_database_connections"})] == 0
            assert found[frozenset({"app_database_connections_limit"})] == 2 * 70

        for path, headers in (("/metrics", {}), ("/", READER), ("/login", READER)):
            answer = requests.get(own_port + path, headers=headers, timeout=30)
            assert answer.status_code == 404, path
        assert requests.get(f"{served.url}/metrics", timeout=30).status_code == 404

        served.kill_workers()
        served.wait()
        sign_up(served, provider, PEOPLE + 1)
        assert sign_ups(numbers(own_port)) == PEOPLE + 1
        wait_for_limit(own_port)
    assert not folder.exists()


def wait_for_limit(url: str) -> None:
    """Wait until the connections of the processes that were killed are forgotten."""
    end = time.monotonic() + 10
    while numbers(url)[frozenset({"app_database_connections_limit"})] > 2 * 70:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_port_that_is_taken_is_told(sqlite_url: str, tmp_path: Path) -> None:
    with counting_provider() as provider:
        taken = provider.url.removeprefix("http://")
        with (
            pytest.raises(
                AssertionError, match=r"METRICS_BIND: nothing can listen at 127\.0\.0\.1"
            ),
            gunicorn(sqlite_url, {"METRICS_BIND": taken}, tmp_path),
        ):
            pass
