"""Draws what a command prints in a terminal, as a picture."""

import os
import re
import select
import sys
import tempfile
from pathlib import Path

from clean_copy import clean_copy
from playwright.sync_api import Browser
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COLUMNS = 104
# What the drawing would fetch from another host.
FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
PROMPT = "$ cookiecutter gh:you/cookiecutter-flask-social-login\n"
SECONDS = 60


def scaffold() -> str:
    """Return what cookiecutter asks and prints, where a person presses Enter at each question."""
    with tempfile.TemporaryDirectory() as name:
        template = clean_copy(Path(name) / "template")
        pid, terminal = os.forkpty()
        if pid == 0:
            os.chdir(name)
            os.environ |= {"HOME": name, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
            os.execv(sys.executable, [sys.executable, "-m", "cookiecutter", str(template)])  # noqa: S606 - no shell
        printed = b""
        try:
            while select.select([terminal], [], [], SECONDS)[0]:
                part = os.read(terminal, 65536)
                printed += part
                if part.rstrip().endswith(b":"):
                    os.write(terminal, b"\n")
        except OSError:  # so Linux ends a terminal
            pass
        os.waitpid(pid, 0)
    return printed.decode().replace("\r", "")


def drawn(text: str, title: str) -> str:
    """Return the drawing of a terminal with this text, as SVG."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        console.print(Text.from_ansi(text.rstrip()))
        return FONTS.sub("", console.export_svg(title=title, theme=MONOKAI))


def picture(browser: Browser, file: Path) -> None:
    """Take the picture of a new app being made."""
    page = browser.new_page(device_scale_factor=2)
    page.set_content(drawn(PROMPT + scaffold(), "Make an app"))
    page.locator("svg").screenshot(path=file)
    page.close()
