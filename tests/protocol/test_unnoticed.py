"""Checks that no other test would have missed: `make mutate` found them."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from harness.app_server import RunningApp
from harness.ports import free_port

from .test_settings import load, oidc, refused


@pytest.mark.parametrize("sid", ["s" * 256, "a\x00b", ""])
def test_a_sid_that_fits_no_column_is_left_out(sid: str) -> None:
    from app.signin.oauth.claims import sanitized
    from app.signin.oauth.provider import Claims

    assert sanitized(Claims(sub="1815", sid=sid)).sid is None


def test_port_0_is_no_address() -> None:
    from app.signin.oauth.responses import allowed_url

    assert not allowed_url("https://op.example.org:0/token", loopback=False)
    assert not allowed_url("http://localhost:0/token", loopback=True)


def test_nothing_starts_once_the_time_is_used_up() -> None:
    from app.signin.oauth.transport.deadline import seconds_left, time_limit

    with time_limit(0), pytest.raises(TimeoutError):
        seconds_left(5)


@pytest.mark.parametrize("name", ["github", "plain"])
def test_a_provider_without_id_tokens_has_no_back_channel(app: RunningApp, name: str) -> None:
    answer = requests.post(
        f"{app.url}/backchannel-logout/{name}", data={"logout_token": "a.b.c"}, timeout=10
    )
    assert answer.status_code == 404


def test_many_dead_addresses_take_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.signin.oauth.transport import deadline

    tried = []

    def addresses(*_: Any, **__: Any) -> Iterator[tuple[Any, ...]]:
        for number in range(200):
            tried.append(number)
            time.sleep(0.01)
            yield socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)

    port = free_port()
    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    connection = SimpleNamespace(host="op.example", port=port, timeout=0.1)
    with pytest.raises(ConnectionRefusedError):
        deadline._Limited._new_conn(connection)
    assert len(tried) < 50


@pytest.mark.parametrize("writable", [True, False])
def test_a_database_file_that_cannot_be_written(
    writable: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: writable)
    folder = tmp_path / "missing" if writable else tmp_path
    refused("DATABASE_URL", DATABASE_URL=f"sqlite:///{folder / 'app.db'}")


def test_a_secret_algorithm_needs_a_secret() -> None:
    refused("OIDC_OP_ID_TOKEN_ALG", **oidc(ID_TOKEN_ALG="HS256", AUTH_METHOD="none"))


def test_an_origin_moves_only_what_stands_there() -> None:
    """Google declares no profile to replace, so its accounts stay those of Google."""
    client = {"GOOGLE_CLIENT_ID": "a", "GOOGLE_CLIENT_SECRET": "b"}
    moved = load(GOOGLE_API_URL="https://elsewhere.example", **client)
    assert moved.clients["google"].provider == load(**client).clients["google"].provider


def test_the_base_of_an_openid_provider_is_its_issuer() -> None:
    client = {"GOOGLE_CLIENT_ID": "a", "GOOGLE_CLIENT_SECRET": "b"}
    moved = load(GOOGLE_BASE_URL="https://elsewhere.example", **client)
    assert moved.clients["google"].provider.issuer == "https://elsewhere.example"


def test_what_the_env_file_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A name without a value is none; a child of the reloader takes the file's values anew."""
    from app.signin.config.reader import environment

    process = {"APP_NAME": "old", "DOTENV_NAMES": "APP_NAME", "DEBUG": "process"}
    monkeypatch.setattr(os, "environ", process)
    file = tmp_path / ".env"
    file.write_text("APP_NAME=new\nNOTHING\nDEBUG=file\n")

    found = environment(file)
    assert (found["APP_NAME"], found["DEBUG"]) == ("new", "process")
    assert "NOTHING" not in found
    assert found.written == {"APP_NAME"}
