"""The settings that exist, and the file that lists them for the owner."""

import ast
import re

from app.config import ROOT


def settings_of_config() -> set[str]:
    """Return the names that app/config reads, as they stand in its source."""
    files = (ROOT / "app" / "config").glob("*.py")
    reading = ("text", "flag", "number", "choice", "words", "url")
    return {
        call.args[0].value
        for file in files
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in reading
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_setting_is_in_the_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))

    assert len(settings_of_config()) > 15
    # Flask's own, which is refused in production.
    assert settings_of_config() - {"FLASK_DEBUG"} <= listed
