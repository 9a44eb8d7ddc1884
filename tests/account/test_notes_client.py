"""The command line of docs/tokens, run against a served app, with a person at the page."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from harness.app_server import TEMPLATE

CLIENT = TEMPLATE / "docs" / "tokens" / "notes_client.py"


def started(app, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CLIENT), app.url],
        env={**os.environ, "HOME": str(home), "USERPROFILE": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_signs_in_and_lists_notes(app, ada, sql, tmp_path):
    first = started(app, tmp_path)
    told = re.fullmatch(rf"Open {app.url}/device and enter (\S+)\n", first.stdout.readline())
    ada.press("/device", user_code=told[1], answer="agree")

    assert first.communicate(timeout=30)[0] == "- Welcome! Add your own notes here.\n"
    kept = tmp_path / ".notes-client.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    before = json.loads(kept.read_text())

    # The next time, its access token has ended: it refreshes, and asks nobody.
    sql(app, "UPDATE api_tokens SET expires_at = created_at WHERE kind = 'access'")
    assert started(app, tmp_path).communicate(timeout=30)[0].startswith("- Welcome!")
    assert json.loads(kept.read_text())["refresh_token"] != before["refresh_token"]


def test_it_says_what_went_wrong(app, ada, tmp_path):
    client = started(app, tmp_path)
    code = client.stdout.readline().split()[-1]
    ada.press("/device", user_code=code, answer="refuse")

    client.communicate(timeout=30)
    assert client.returncode == 1
    assert not (tmp_path / ".notes-client.json").exists()


def test_it_is_short():
    code = [line for line in CLIENT.read_text().splitlines() if line.strip()]
    assert len(code) <= 60
