"""An app carries the providers that were chosen, all that belongs to them, and no other's trace."""

import re
import shutil
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import clean_copy
import pytest
from cookiecutter.exceptions import FailedHookException

import local_extensions

from .test_generation import PROVIDERS, TEMPLATE, chosen, expected, files, of_provider

DECLARED = {one["name"]: one for one in local_extensions.declarations(",".join(PROVIDERS))}
MANY = 150
SECONDS = 5
# Words of English or of any program: of these only the quoted label, a setting and a host count.
ORDINARY = {
    *("box", "buffer", "clever", "drip", "fortytwo", "front", "kick", "line", "linear", "medium"),
    *("monday", "polar", "square", "steam", "threads", "wave", "x"),
}
# Where any name may stand in any app: file and line.
FOR_ALL = (
    # Providers that work by settings alone, and platforms to run on.
    r"docs/known-trouble\.md\n.*",
    # How the browsers inside other apps call themselves.
    r"app/signin/auth/buttons\.py\n.*(FBAN|KAKAOTALK).*",
    # The names by which a line of .env is told that is for a provider the app was made without.
    r"app/signin/config/known_providers\.txt\n.*",
    # An example in which a third one is added.
    r"docs/add-a-provider\.md\nPROVIDERS = .*",
)
# Where else a name may stand in any app, since it means something else.
ALLOWED = {
    # GitHub as the host of the app's code looks for its files there, and has workspaces for it; it
    # is the host of others' pages too; and a token of a person there is no client secret.
    "github": r"\.github/.*\n.*|(README\.md|scripts/run\.py)\n.*([Cc]odespace|CODESPACES).*"
    r"|.*\n.*maxmind\.github\.io.*|app/signin/commands/doctor/registration\.py\nOTHER_KINDS = .*",
    # A host that no provider's metadata may name: it is a cloud's own.
    "google": r"app/signin/oauth/responses\.py\n.*\"metadata\.google\.internal\".*",
    # CSS's name for the system's font.
    "apple": r"app/static/app\.css\n.*-apple-system.*",
}
# Providers that may name another one: it owns them, or a claim of theirs is called so.
MAY_NAME = {"adfs": "microsoft", "entraexternal": "microsoft", "lifescience": "orcid"}
# A member of a recorded answer; its name is the provider's choice.
MEMBER = re.compile(r'"[^"]*":')
CHOICES = ["none", "github", "x,facebook", "line,box,linear", "popular", "all"]
URL = re.compile(r"https?://[^\s\"'<>()`,]+")


def spaced(text: str) -> str:
    """The words of a text in lower case, each between spaces."""
    return f" {re.sub('[^a-z0-9]+', ' ', text.lower())} "


def spellings(provider: dict[str, Any]) -> set[str]:
    """How a provider is written: its name, and its label."""
    return {spaced(provider["name"]), spaced(provider["label"])}


def certain(provider: dict[str, Any]) -> re.Pattern[str]:
    """What gives away a provider whose name is an ordinary word."""
    name, settings = provider["name"], provider["name"].upper().replace("-", "_")
    # A label that is a number is no trace.
    label = re.escape(provider["label"] if not provider["label"].isdecimal() else name)
    quoted = rf"[\"'`*]{label}[\"'`*]"
    return re.compile(rf"\b{settings}_CLIENT|{quoted}|\b{name}\.(com|org|net)\b")


SPELLINGS = {name: spellings(one) for name, one in DECLARED.items() if name not in ORDINARY}
CERTAIN = {name: certain(one) for name, one in DECLARED.items() if name in ORDINARY}


def named(text: str) -> set[str]:
    """The providers that a text gives away, and that it has no longer name around it for."""
    words = spaced(text)
    found = {name for name, all_of in SPELLINGS.items() if any(one in words for one in all_of)}
    return found | {name for name, pattern in CERTAIN.items() if pattern.search(text)}


def found(file: str, text: str, chosen: Sequence[str] = ()) -> list[str]:
    """Where a file names providers that are not chosen, in its own name as well."""
    # A label may begin with another provider's name.
    for name in sorted(chosen, key=lambda name: -len(DECLARED[name]["label"])):
        text = text.replace(DECLARED[name]["label"], "")
    mine = {*chosen, *(MAY_NAME.get(name) for name in chosen)}
    if named(f"{file}\n{text}") <= mine:
        return []
    return [
        f"{name} in {file}: {line.strip()[:120]}"
        for line in [file, *text.splitlines()]
        for name in sorted(named(line) - mine)
        if not re.fullmatch("|".join([*FOR_ALL, ALLOWED.get(name, "")]), f"{file}\n{line}")
    ]


def read(file: Path) -> str:
    """The text of a file; random bytes look like any short name."""
    return "" if file.suffix == ".png" else file.read_text(encoding="utf-8", errors="replace")


@cache
def own(name: str) -> dict[str, str]:
    """The files of one provider in the template, and their texts."""
    app = clean_copy.ROOT / TEMPLATE
    return {file: read(app / file) for file in of_provider(name) if (app / file).exists()}


def addresses(name: str) -> set[str]:
    """The URLs in a provider's files: its owner's servers may bear another one's name."""
    return {url for text in own(name).values() for url in URL.findall(text)}


def without(urls: Iterable[str], text: str) -> str:
    """A text without these URLs; the longest first, since one may begin another."""
    for url in sorted(urls, key=len, reverse=True):
        text = text.replace(url, "")
    return text


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_files_of_a_provider_name_no_other(name: str):
    """With what the next test says of a few choices, this is true of each: no file is shared."""
    places = []
    for file, text in own(name).items():
        said = MEMBER.sub("", text) if file.endswith(".json") else text
        places += found(file, URL.sub("", said), [name])
    assert places == []


@pytest.mark.parametrize("providers", CHOICES)
def test_an_app_carries_nothing_of_other_providers(generate, template: Path, providers: str):
    app = generate(providers=providers)
    assert files(app) == expected(template, providers)
    names = [name for name in chosen(providers) if name != "none"]
    theirs = set().union(*(of_provider(name) for name in names))
    urls = set().union(*(addresses(name) for name in names))
    places = []
    for file in sorted(files(app) - theirs):
        places += found(file, without(urls, read(app / file)), names)
    assert places == []
    folders = [path for path in app.rglob("*") if path.is_dir()]
    assert [folder for folder in folders if not any(folder.iterdir())] == []


def test_the_search_finds_what_it_is_for():
    """It would be blind if it did not see the providers that are there."""
    for name in PROVIDERS:
        assert sum(name in named(f"{file}\n{text}") for file, text in own(name).items()) > 1
        assert found("a.py", f'x = "{DECLARED[name]["label"]}"') or name == "fortytwo"
        assert found("a.py", f"{name.upper()}_CLIENT_ID=")
    assert found("app/providers/github.py", "")


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
        for provider in DECLARED.values()
    }
    assert read == said


def test_a_declaration_costs_one_import(generate, inside):
    """The start of an app with all is not much longer: scripts/start_cost.py measures it."""
    imported = inside(
        generate(providers="all"),
        "import sys",
        "from app import create_app",
        "from app.signin import providers",
        "create_app(declared=providers.load('github,google'))",
        "before = set(sys.modules)",
        "create_app()",
        "sorted(set(sys.modules) - before)",
    )
    others = [name for name in imported if not name.startswith("app.signin.providers.")]
    assert len(imported) - len(others) == len(PROVIDERS) - 2
    # What signs the client assertions of a few.
    assert {name.partition(".")[0] for name in others} <= {"app", "joserfc"}
    assert len(others) < 15


def test_a_misspelt_setting_is_compared_with_few(generate, inside):
    """Among the thousands of settings that an app with all providers reads."""
    told, compared = inside(
        generate(providers="all"),
        "from unittest import mock",
        "from app import create_app",
        "from app.signin.config import environment, load, names",
        "from app.signin.providers import load as declared",
        "known = environment()",
        "misspelt = {**known, 'GITHUB_CLIENT_IDD': 'x', 'GOOGEL_CLIENT_SECRET': 'x'}",
        "counted = mock.patch.object(names, 'within', wraps=names.within)",
        "with counted as few: load(known, declared())",
        "with counted as more: told = load(misspelt, declared()).notices",
        "[told, more.call_count - few.call_count]",
    )
    for meant in ("GITHUB_CLIENT_ID", "GOOGLE_CLIENT_SECRET"):
        assert any(text.endswith(f"did you mean {meant}?") for text in told)
    assert compared < 2000


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


def test_each_provider_is_in_the_settings_and_the_readme(generate):
    """In the README with its addresses and settings, where few were chosen."""
    few, many = (generate(providers=",".join(PROVIDERS[:count])) for count in (12, 13))
    readme = (few / "README.md").read_text().split("## Providers")[1]
    links = (many / "README.md").read_text().split("## Providers")[1]
    assert "| where to register |" not in links
    for name in PROVIDERS[:13]:
        assert f"](docs/providers/{name}.md)" in links
    for provider in list(DECLARED.values())[:12]:
        for text in ((many / ".env").read_text(), readme):
            assert provider["console_url"] in text
            assert provider["callback_url"] in text
            assert provider["public_url"] in text
            for setting in provider["needed"]:
                assert setting["name"] in text


def test_each_setting_is_in_the_file_of_settings(generate):
    settings = (generate(providers="all") / ".env").read_text()
    for provider in DECLARED.values():
        assert f"# {provider['label']}: {provider['console_url']}   callback: " in settings
        for setting in provider["needed"]:
            assert f"\n{setting['name']}=\n" in settings


def test_the_message_of_many_providers_is_short(generate, capfd):
    five, six = (",".join(PROVIDERS[:many]) for many in (5, 6))
    generate(providers=five)
    said = capfd.readouterr().out
    assert f"  providers: {five}   features" in said
    assert said.count(": register an app at ") == 5
    assert "docs/providers/" not in said
    generate(providers=six)
    said = capfd.readouterr().out
    assert "  providers: 6   features" in said
    assert said.count(": register an app at ") == 1
    assert "GitHub: register an app at " in said
    assert "\n5 more: docs/providers/ says of each what to do there\n" in said
    assert len(said.splitlines()) < 25


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
