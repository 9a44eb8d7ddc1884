"""A command line that signs in with a code and lists notes.  It needs Python and `requests`.

python notes_client.py https://app.example.org
"""

import json
import sys
import time
from pathlib import Path

import requests

TOKENS = Path.home() / ".notes-client.json"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def sign_in(app: str) -> dict[str, str]:
    """Show a code, and wait until the person has agreed on the page."""
    asked = post(app, "device", client_id="notes client", scope="notes:read")
    print(f"Open {asked['verification_uri']} and enter {asked['user_code']}", flush=True)
    wait = asked["interval"]
    while True:
        time.sleep(wait)
        got = post(app, "token", grant_type=DEVICE_CODE, device_code=asked["device_code"])
        if "access_token" in got:
            return got
        if got["error"] == "slow_down":
            wait += 5
        elif got["error"] != "authorization_pending":
            sys.exit(f"Sign-in failed: {got['error_description']}")


def post(app: str, path: str, **form: str) -> dict[str, str]:
    """Send a form to the app; return its JSON, which may be an error."""
    return requests.post(f"{app}/api/v1/{path}", data=form, timeout=10).json()


def notes(app: str, tokens: dict[str, str]) -> requests.Response:
    """Ask for the notes."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return requests.get(f"{app}/api/v1/notes", headers=headers, timeout=10)


def main(app: str) -> None:
    """List the notes.  Sign in first, or refresh the tokens, where that is needed."""
    tokens = json.loads(TOKENS.read_text()) if TOKENS.exists() else sign_in(app)
    answer = notes(app, tokens)
    if answer.status_code == 401:
        # The access token lasts 15 minutes, the refresh token a week.
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        tokens = post(app, "token", **refresh)
        tokens = tokens if "access_token" in tokens else sign_in(app)
        answer = notes(app, tokens)
    TOKENS.touch(mode=0o600)
    TOKENS.write_text(json.dumps(tokens))
    for note in answer.json()["notes"]:
        print(f"- {note['body']}")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
