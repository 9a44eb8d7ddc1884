"""An app carries the providers that were chosen, all that belongs to them, and no other's trace."""

import re
import shutil
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.exceptions import FailedHookException

import local_extensions

from .test_generation import PROVIDERS, TEMPLATE, expected, files

DECLARED = local_extensions.declarations(",".join(PROVIDERS))
MANY = 150
SECONDS = 5
# Words of English or of any program: of these only the quoted label, a setting and a host count.
ORDINARY = {"box", "buffer", "drip", "line", "linear", "threads", "x"}
# Where else a name may stand in any app, since it means something else: file and line.
ALLOWED = {
    # GitHub as the host of the app's code looks for its files there.
    "github": r"\.github/.*\n.*",
    # A host that no provider's metadata may name: it is a cloud's own.
    "google": r"app/signin/oauth/responses\.py\n.*\"metadata\.google\.internal\".*",
    # CSS's name for the system's font.
    "apple": r"app/static/app\.css\n.*-apple-system.*",
}


def traces(name: str, label: str) -> re.Pattern[str]:
    """What gives a provider away: its name and its label, as words, and its settings."""
    hosts, settings = rf"\b{name}\.(com|org|net)\b", name.upper().replace("-", "_")
    certain = [rf"\b{settings}_CLIENT", rf"[\"'`*]{re.escape(label)}[\"'`*]", hosts]
    words = "|".join(re.escape(word) for word in {name, name.replace("-", "_"), label})
    anywhere = [] if name in ORDINARY else [rf"(?i:(?<![a-z0-9])({words})(?![a-z0-9]))"]
    return re.compile("|".join([*certain, *anywhere]))


@cache
def lines(text: str, pattern: re.Pattern[str]) -> list[str]:
    """The lines of a text that the pattern is in; most texts are the same in each app."""
    return (
        [line for line in text.splitlines() if pattern.search(line)] if pattern.search(text) else []
    )


def found(app: Path, other: dict[str, Any], urls: Sequence[str] = ()) -> list[str]:
    """Where traces of a provider are, in names of files as well, but for what is allowed.

    `urls` are addresses of a chosen provider: its owner's servers may bear another one's name.
    """
    name, pattern = other["name"], traces(other["name"], other["label"])
    places = []
    for file in sorted(files(app)):
        if file.endswith(".png"):  # random bytes look like any short name
            continue
        text = f"{file}\n{(app / file).read_text(encoding='utf-8', errors='replace')}"
        for url in urls:
            text = text.replace(url, "")
        for line in lines(text, pattern):
            if not re.fullmatch(ALLOWED.get(name, ""), f"{file}\n{line}"):
                places.append(f"{name} in {file}: {line.strip()[:120]}")
    return places


@pytest.mark.parametrize("alone", PROVIDERS)
def test_an_app_carries_nothing_of_other_providers(generate, template: Path, alone: str):
    app = generate(providers=alone)
    assert files(app) == expected(template, alone)
    declaration = (app / f"app/signin/providers/{alone}.py").read_text()
    urls = re.findall(r"https://[^\s\"]*[^\s\".]", declaration)
    others = [provider for provider in DECLARED if provider["name"] != alone]
    assert [place for other in others for place in found(app, other, urls)] == []


def test_an_app_without_providers_carries_nothing_of_any(generate):
    app = generate(providers="none")
    assert [place for provider in DECLARED for place in found(app, provider)] == []


def test_the_search_finds_what_it_is_for(generate):
    """It would be blind if it did not see the providers that are there."""
    app = generate(providers="all")
    for provider in DECLARED:
        assert len(found(app, provider)) > 3


def test_generation_reads_what_the_app_declares(generate, inside):
    """Labels, addresses and settings, read from the source, are those that the app imports."""
    said = inside(
        generate(providers="all"),
        "from app.signin import providers",
        "from app.signin.config.providers import needed_settings",
        "{p.name: [p.label, p.console_url, p.console_hint, p.loopback_host, needed_settings(p), "
        "[p.setting(s.ending) for s in p.settings if not s.required]] for p in providers.load()}",
    )
    read = {
        provider["name"]: [
            provider["label"],
            provider["console_url"],
            provider["console_hint"],
            provider["loopback_host"],
            [setting["name"] for setting in provider["needed"]],
            [setting["name"] for setting in provider["optional"]],
        ]
        for provider in DECLARED
    }
    assert read == said


@pytest.mark.parametrize(
    "source",
    [
        'PROVIDER = Provider(name="made")',
        'PROVIDER = Provider(name="made", label="Ma" + word())',
        'PROVIDER = Provider(label="Made", settings=settings())',
        'PROVIDER = Provider(label="Made", settings=(Setting(default="x"),))',
        'PROVIDER = replace(BASE, label="Made")',
        "MADE = Provider(",
        "",
    ],
)
def test_a_declaration_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch, source: str):
    (tmp_path / "made.py").write_text(source)
    monkeypatch.setattr(local_extensions, "PROVIDERS", tmp_path)
    with pytest.raises(FailedHookException, match=r"app/signin/providers/made\.py"):
        local_extensions.declarations("made")


MADE = '''"""A provider that is made up."""

from ..oauth.provider import Provider, Setting

HOST = "https://made.example"

PROVIDER = Provider(
    name="made-up",
    label="Made | *up*",
    issuer=HOST,
    auth_method="private_key_jwt",
    claims=print,
    settings=(
        Setting(ending="PRIVATE_KEY", required=True, secret=True, example="a text"),
        Setting(ending="TENANT", default="common"),
        Setting(ending="TEAMS", allow_list=True, example="one,two"),
    ),
    console_url=HOST,
    console_hint="Apps, "
    "New app.",
)
'''


@pytest.fixture
def with_made(template: Path, tmp_path: Path) -> Path:
    """The template with one provider more."""
    more = tmp_path / "more"
    shutil.copytree(template, more)
    (more / TEMPLATE / "app/signin/providers/made-up.py").write_text(MADE)
    return more


def test_everything_that_is_said_comes_from_the_declaration(generate, with_made: Path, capfd):
    app = generate(with_made, providers="made-up,github")
    settings = (app / ".env").read_text().split("\n\n")
    assert (
        "# Made | *up*: https://made.example   callback: http://localhost:8000/callback/made-up\n"
        "MADE_UP_CLIENT_ID=\n"
        "# such as a text\n"
        "MADE_UP_PRIVATE_KEY=\n"
        "# MADE_UP_TENANT=common\n"
        "# MADE_UP_TEAMS=one,two"
    ) in settings
    readme = (app / "README.md").read_text().split("## Providers")[1]
    assert (
        r"| Made \| \*up\* | <https://made.example>: Apps, New app. | "
        "`http://localhost:8000/callback/made-up` | `MADE_UP_CLIENT_ID`, `MADE_UP_PRIVATE_KEY`; "
        "optional `MADE_UP_TENANT=common`; only members of `MADE_UP_TEAMS=one,two` |\n| GitHub |"
    ) in readme
    said = capfd.readouterr().out
    assert "\nMade | *up*: register an app at https://made.example\n  Apps, New app.\n" in said
    assert "  then in .env: MADE_UP_CLIENT_ID and MADE_UP_PRIVATE_KEY\n" in said


def test_each_provider_is_in_the_settings_the_readme_and_the_message(generate, capfd):
    app = generate(providers="all")
    said = capfd.readouterr().out
    settings = (app / ".env").read_text()
    readme = (app / "README.md").read_text().split("## Providers")[1]
    for provider in DECLARED:
        for text in (said, settings, readme):
            assert provider["console_url"] in text
            assert provider["callback_url"] in text
            assert provider["public_url"] in text
            for setting in provider["needed"]:
                assert setting["name"] in text
        for setting in provider["needed"]:
            assert f"\n{setting['name']}=\n" in settings


def test_the_order_is_that_of_the_answer(generate, inside):
    app = generate(providers="x, google,GitHub")
    loaded = ("from app import PROVIDERS", "from app.signin import providers")
    names = inside(app, *loaded, "[p.name for p in providers.load(PROVIDERS)]")
    assert names == ["x", "google", "github"]
    for file in (".env.example", "README.md"):
        text = (app / file).read_text()
        places = [text.index(f":8000/callback/{name}") for name in names]
        assert places == sorted(places)


@pytest.fixture
def many(template: Path, tmp_path: Path) -> Path:
    """The template with 150 providers more."""
    folder = tmp_path / "many"
    shutil.copytree(template, folder)
    app = folder / TEMPLATE / "app/signin"
    source = (app / "providers/google.py").read_text()
    for number in range(MANY):
        name = f"made{number}"
        text = source.replace('"google"', f'"{name}"').replace('"Google"', f'"Made {number}"')
        (app / f"providers/{name}.py").write_text(text)
        shutil.copy(app / "static/marks/google.svg", app / f"static/marks/{name}.svg")
    return folder


def test_it_scales(generate, many: Path, inside):
    began = time.process_time()
    app = generate(many, providers="all")
    assert time.process_time() - began < SECONDS
    loaded = ("from app import PROVIDERS", "from app.signin import providers")
    assert inside(app, *loaded, "len(providers.load(PROVIDERS))") == len(PROVIDERS) + MANY
    one = generate(many, providers="made7")
    assert files(one) == files(generate(providers="none")) | {
        "app/signin/providers/made7.py",
        "app/signin/static/marks/made7.svg",
    }


def test_a_misspelt_name_among_many_gets_a_short_answer(generate, many: Path):
    with pytest.raises(FailedHookException) as refusal:
        generate(many, providers="gogle")
    assert "'gogle'" in str(refusal.value)
    assert "Did you mean google" in str(refusal.value)
    assert "docs/providers.md" in str(refusal.value)
    assert len(str(refusal.value)) < 200
