"""docs/one-file.md tells of the file as it is."""

import re

from clean_copy import ROOT
from packaging.requirements import Requirement

from .serving import SOURCE

EXAMPLE = ROOT / "examples" / "one_file"
PAGE = (ROOT / "docs" / "one-file.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (W\d+) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)


def test_each_weakness_has_a_row() -> None:
    assert [number for number, _, _ in ROWS] == [f"W{number}" for number in range(1, 24)]


def test_the_lines_of_the_table_stand_in_the_file() -> None:
    for number, lines, _ in ROWS:
        found = re.findall("`([^`]+)`", lines)
        assert found, number
        for line in found:
            assert line in SOURCE, f"{number}: {line}"


def test_the_walk_follows_the_file() -> None:
    walk = PAGE.partition("## From top to bottom")[2].partition("## Line by line")[0]
    names = [
        name for words in re.findall(r"^\*\*(.*?)\.?\*\*", walk, re.M) for name in words.split()
    ]
    marked = [name.strip("`") for name in names if name.startswith("`")]
    begins = [rf"^(?:def |class )?{name}\b" for name in marked]
    places = [re.search(begin, SOURCE, re.MULTILINE) for begin in begins]
    assert len(places) > 10
    assert all(places)
    assert [place.start() for place in places] == sorted(place.start() for place in places)


def test_requirements_are_what_the_file_imports_within_the_app_s_own_bounds() -> None:
    lines = (EXAMPLE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {Requirement(line).name: line for line in lines if not line.startswith("#")}
    app = (ROOT / "{{cookiecutter.project_slug}}" / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{line}"' in app for line in wanted.values())
    names = re.findall(r"^(?:import|from) ([a-z0-9_]+)", SOURCE, re.MULTILINE)
    standard = {"hashlib", "logging", "os", "secrets", "base64", "urllib"}
    assert {name.replace("_", "-") for name in names} - standard == {
        name.replace("python-", "") for name in wanted
    }


def test_settings_that_it_reads_are_in_the_example() -> None:
    example = (EXAMPLE / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    read = set(re.findall(r'environ\.get\("([A-Z_]+)"', SOURCE))
    clients = {f"{name}_CLIENT_{end}" for name in ("GITHUB", "GOOGLE") for end in ("ID", "SECRET")}
    assert named == read | clients
