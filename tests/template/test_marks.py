"""The marks of the sign-in buttons are those that scripts/marks.py writes."""

import subprocess
import sys

import marks
from clean_copy import ROOT
from harness.needs import is_missing

from .test_generation import PROVIDERS

# In a process of its own: it imports the app.
WRITE = "import json, marks; print(json.dumps(marks.drawn(set())))"


def test_each_provider_has_one():
    missing = [name for name in PROVIDERS if not (marks.MARKS / f"{name}.svg").is_file()]
    assert missing == [], "make marks"


def test_what_marks_json_says_is_needed():
    assert set(marks.CHOICES["kept"]) | set(marks.CHOICES["icons"]) <= set(PROVIDERS)


def test_they_are_what_the_script_writes():
    if not marks.ICONS.is_dir():
        is_missing("the icons of scripts/marks", "npm ci has not installed them: see make test")
    command = [sys.executable, "-c", WRITE]
    done = subprocess.run(command, cwd=ROOT / "scripts", capture_output=True, check=True)
    written = marks.json.loads(done.stdout)
    wrong = [n for n, text in written.items() if (marks.MARKS / f"{n}.svg").read_text() != text]
    assert wrong == [], "make marks"
