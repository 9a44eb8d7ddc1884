"""The list of devices: their kinds, and roughly where they are."""

import re

import pytest

from app.signin.account.user_agent import kind
from app.signin.config import ConfigError

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari", "phone"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Mobile Safari/537.36", "phone"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Safari/537.36", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Mobile/15E148 Safari", "tablet"),
        ("Mozilla/5.0 (Android 14; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", "tablet"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Safari/537.36", "computer"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari", "computer"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Safari/537.36", "computer"),
        ("curl/8.0", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_kind_of_a_device(user_agent, shown):
    assert kind(user_agent) == shown


def test_the_list_has_a_picture_of_each_device(app, signed_in):
    phone = app.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) Mobile Safari"
    phone.sign_in()
    page = signed_in.get("/account/sessions").text

    assert sorted(re.findall(r'data-kind="(\w+)"', page)) == ["phone", "unknown"]
    assert ", near " not in page


# --- Places


def database(record):
    """Return the bytes of a database that has one record, for 0.0.0.0 to 127.255.255.255.

    Source: https://maxmind.github.io/MaxMind-DB/
    """

    def encoded(value):
        if isinstance(value, dict):
            pairs = b"".join(encoded(key) + encoded(one) for key, one in value.items())
            return bytes([7 << 5 | len(value)]) + pairs
        if isinstance(value, str):
            return bytes([2 << 5 | len(value)]) + value.encode()
        return value

    # The one node of the tree: the first record of the data, and nothing.
    tree = (1 + 16).to_bytes(3, "big") + (1).to_bytes(3, "big")
    metadata = {"node_count": b"\xc1\x01", "record_size": b"\xa1\x18", "ip_version": b"\xa1\x04"}
    metadata |= {"database_type": "City", "build_epoch": b"\x01\x02\x01"}
    metadata |= {"languages": b"\x00\x04", "description": {}}
    metadata |= {f"binary_format_{part}_version": b"\xa1\x02" for part in ("major", "minor")}
    end = b"\xab\xcd\xefMaxMind.com" + encoded(metadata)
    return tree + bytes(16) + encoded(record) + end


OSLO = {"city": {"names": {"en": "Oslo"}}, "country": {"names": {"en": "Norway"}}}


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (OSLO, "from 127.0.0.1, near Oslo, Norway</p>"),
        ({"country": OSLO["country"]}, "from 127.0.0.1, near Norway</p>"),
        ({"organization": "Example"}, "from 127.0.0.1</p>"),
    ],
)
def test_the_place_of_a_device(make_app, tmp_path, record, shown):
    file = tmp_path / "places.mmdb"
    file.write_bytes(database(record))
    browser = make_app({"GEOIP_DATABASE": str(file)}).test_client()
    browser.sign_in()

    assert shown in browser.get("/account/sessions").text


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_file_without_places_is_refused(make_app, tmp_path, content):
    file = tmp_path / "places.mmdb"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match="GEOIP_DATABASE is not a file that"):
        make_app({"GEOIP_DATABASE": str(file)})
