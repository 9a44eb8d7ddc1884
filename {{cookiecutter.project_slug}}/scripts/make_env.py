"""Writes .env out of .env.example, with a fresh secret key; a .env that exists is left alone."""

import os
import re
import secrets
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Create .env, readable by its owner only, and say so."""
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    key = f"SECRET_KEY={secrets.token_urlsafe(48)}"
    text, places = re.subn(r"^SECRET_KEY=$", key, example, flags=re.MULTILINE)
    if places != 1:
        raise SystemExit(".env.example needs one line 'SECRET_KEY=' for the fresh key.")
    try:
        handle = os.open(PROJECT / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        check()
        return
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    print("Made .env with a fresh SECRET_KEY.")


def check() -> None:
    """Stop if .env is not text in UTF-8: Flask could not read it."""
    file = PROJECT / ".env"
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SystemExit(f"{file} cannot be read: {error.strerror}") from None
    try:
        content.decode("utf-8")
        bad = content.find(b"\0")
    except UnicodeDecodeError as error:
        bad = error.start
    if bad >= 0:
        line = content.count(b"\n", 0, bad) + 1
        raise SystemExit(f"{file}, line {line}, is not text in UTF-8: save .env as UTF-8")


if __name__ == "__main__":
    main()
