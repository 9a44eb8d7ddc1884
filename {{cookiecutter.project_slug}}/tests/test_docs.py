"""The settings that exist, and the pages that tell the owner of them."""

import re

from app.signin.config import ROOT
from app.signin.config.settings import ROWS
from scripts import settings


def test_every_setting_is_in_the_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = {row.name.upper() for row in ROWS}

    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE)) >= names


def test_the_page_of_settings_is_not_stale():
    written = settings.PAGE.read_text(encoding="utf-8")

    assert written == settings.page(), "run: python scripts/settings.py"
