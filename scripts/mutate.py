"""Takes one check of the app out at a time, and sees that a test turns red.

mutants.py finds the checks in the code.  Which tests can notice that one is gone is found too: all
run once against a copy of the app in which every check notes the test that it decides something in
(noting.py).  Those tests run without the check, quickest first, until one turns red.

Results are kept in mutations.json: a check whose function is as it was is not tried again, and the
test that noticed it last time is the first to run.  Writes docs/mutations.md.

Arguments: words that the ids of the checks to try (again) must contain; `--minutes N` to stop then;
`--list` to show the checks only.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from shutil import copytree
from typing import Any

from clean_copy import ROOT, clean_copy
from mutants import SIGNIN, Mutant, all_mutants, let_note, take_out

APP = ROOT / "{{cookiecutter.project_slug}}"
# What all benches of a pass are copied from, so that one can work on meanwhile.
SNAPSHOT = "snapshot"
RESULTS = Path(__file__).with_name("mutations.json")
TABLE = ROOT / "docs" / "mutations.md"
AT_ONCE = 2
# A run that takes this much longer than usual hangs.
PATIENCE_SECONDS, PATIENCE = 60, 4

# Checks without which the app behaves the same, and why: "module:function: check".
EQUIVALENT = {
    "oauth/id_token.py:_Registry.get_alg: condition: allowed": (
        "the registry allows one algorithm, and the token was found to name that"
    ),
    "oauth/id_token.py:_candidates: filter: key.get('alg') in (None, alg, 'EdDSA')": (
        "joserfc refuses a key that names another algorithm, and the next key is tried"
    ),
    "auth/same_address.py:link_held: if: row is None": "without a row there is no client either",
}

HANGS = -1
RED = ("FAILED", "ERROR")
HEAD = """# Which test notices that a check is gone

`make mutate` takes one check after another out of a copy of the app, runs the tests that it decides
something in, and wants one of them red. It finds the checks in the code and wrote this table:

- `if`: a condition that ends the function or reports a problem; it never does
- `check`: an entry of a dictionary of checks; it always passes
- `condition`: what a function answers, or a part of it; it is always fulfilled
- `filter`: the condition of a comprehension; everything passes
- `rows`: a condition of a query; it matches every row (in an `or_`: no more rows)
- `limit`: a `min`, a `max` or a `[:limit]`; only what stands behind the arrow is left
- `call`: a call of a function that refuses, made for nothing else; it is left out
- `decorator`: what stands before a function; it is left out

A check that is not tried was not taken out for every test in which it decides something, as its
code is now. Whether one of them notices is not known.

{summary}.

| check | in `app/signin/` | test that turned red |
|---|---|---|
"""

Results = dict[str, dict[str, Any]]


# ------------------------------------------------------------------ running tests


@dataclass(frozen=True)
class Suite:
    """Tests that run in one folder of a bench.  `prefix` stands before their names here."""

    prefix: str
    folder: str
    tests: tuple[str, ...]


SUITES = (
    Suite("app/", APP.name, ("tests",)),
    Suite("", ".", ("tests/protocol", "tests/account", "tests/transport")),
)


def of_suite(suite: Suite, tests: Iterable[str]) -> list[str]:
    """Return those of the tests that are of a suite."""
    return [test for test in tests if test.startswith("app/") == bool(suite.prefix)]


@dataclass(frozen=True)
class Tests:
    """What one run of all tests showed: how long each takes, and which can notice a mutant."""

    seconds: dict[str, float]
    of_mutant: dict[str, set[str]]

    def rounds(self, mutant: Mutant) -> list[list[str]]:
        """Return the tests to try, in rounds: the quickest, the likeliest by name, one of each
        function, the rest.
        """
        waiting = sorted(self.of_mutant.get(mutant.id, ()), key=self.seconds.__getitem__)
        first: dict[str, str] = {}
        for test in waiting:
            first.setdefault(test.partition("[")[0], test)
        one_each, about = list(first.values()), words(f"{mutant.id} {mutant.check}")
        likely = sorted(one_each[1:], key=lambda test: -len(words(test) & about))
        chosen = [one_each[:1], likely[:12], sorted(likely[12:])]
        chosen.append(sorted(set(waiting) - set(one_each)))
        return [tests for tests in chosen if tests]


def words(text: str) -> set[str]:
    """Return the words of a name, without the s of a plural."""
    return {word.removesuffix("s") for word in re.findall("[a-z]{3,}", text.lower())}


def migrate(bench: Path) -> None:
    """Make a migrated database beside a bench, for the tests on it to copy."""
    database = bench.parent / "migrated.db"
    make = f"from harness.databases import migrate; migrate('sqlite:///{database}')"
    environ = {**os.environ, "TEMPLATE": str(bench / APP.name), "PYTHONPATH": str(bench / "tests")}
    subprocess.run([sys.executable, "-c", make], env=environ, check=True)


def run(
    bench: Path, suite: Suite, tests: Iterable[str], *options: str, seconds: float | None = None
) -> tuple[int, str]:
    """Run tests of a suite; return pytest's exit code, or HANGS, and what it wrote."""
    migrated = bench.parent / "migrated.db"
    environ = {
        **os.environ,
        "CI": "true",
        "COLUMNS": "300",
        "TEMPLATE": str(bench / APP.name),
        "PYTHONDONTWRITEBYTECODE": "1",
        **({"MIGRATED_SQLITE": str(migrated)} if migrated.exists() else {}),
    }
    command = [sys.executable, "-m", "pytest", "-v", "--tb=no", "--color=no", "-rpfE"]
    command += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", *options]
    command += [test.removeprefix(suite.prefix) for test in tests]
    with subprocess.Popen(
        command,
        cwd=bench / suite.folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return HANGS, process.communicate()[0]
    return process.returncode, output


def named(words: tuple[str, ...], output: str, suite: Suite, tests: Iterable[str]) -> list[str]:
    """Return those of the tests that a run's summary names after one of some words."""
    lines = [line.partition(" ")[2] for line in output.splitlines() if line.startswith(words)]
    names = {test.removeprefix(suite.prefix): test for test in tests}
    return [
        test
        for name, test in names.items()
        if any(line == name or line.startswith(f"{name} - ") for line in lines)
    ]


def first_red(bench: Path, tests: list[str], *, seconds: float | None = None) -> str | None:
    """Run tests until one is red or hangs; return it."""
    for suite in SUITES:
        chosen = of_suite(suite, tests)
        if not chosen:
            continue
        code, output = run(bench, suite, chosen, "-x", seconds=seconds)
        if code == HANGS:
            started = [line for line in output.splitlines() if line.startswith("tests/")][-1:]
            found = [t for t in chosen for s in started if f"{suite.prefix}{s}".startswith(f"{t} ")]
        else:
            found = named(RED, output, suite, chosen)
        if code not in (0, 1, HANGS):
            print(output[-2000:])
        if found:
            return found[0]
    return None


def noticing(mutant: Mutant, bench: Path, tests: list[str], seconds: float) -> str | None:
    """Take a check out on a bench, run tests until one is red, put it back; return that test.

    `seconds` is how long the tests take with the check.
    """
    file = bench / APP.name / SIGNIN / mutant.module
    text = file.read_bytes()
    limit = PATIENCE_SECONDS + PATIENCE * seconds
    take_out(mutant, bench / APP.name)
    try:
        while tests:
            suspect = first_red(bench, tests, seconds=limit)
            # It must be red alone too: chance may have made it red, or a test before it.
            if suspect is None or len(tests) == 1 or first_red(bench, [suspect], seconds=limit):
                return suspect
            tests = [test for test in tests if test != suspect]
        return None
    finally:
        file.write_bytes(text)


def read_notes(bench: Path) -> dict[str, set[str]]:
    """Return what the checks noted: for each test and stage, the ids of mutants."""
    notes: dict[str, set[str]] = defaultdict(set)
    for file in (bench / APP.name / "app" / "notes").iterdir():
        for line in file.read_text().splitlines():
            mutant, _, current = line.partition("\t")
            notes[current].add(mutant)
    return notes


def meant(current: str, bench: Path, suite: Suite, tests: Mapping[str, float]) -> set[str]:
    """Return the tests that a note is about.

    A fixture may do its work for all tests of its file.  A server in a process of its own does not
    know the test: it can be any one of a file that starts such servers.
    """
    test, _, stage = f"{suite.prefix}{current}".rpartition(" ")
    if current and stage != "(setup)":
        return {test} & tests.keys()
    own = of_suite(suite, tests)
    if current:
        return {one for one in own if one.partition("::")[0] == test.partition("::")[0]}
    files = {one.partition("::")[0] for one in own}
    starting = {
        file
        for file in files
        if "gunicorn" in (bench / suite.folder / file.removeprefix(suite.prefix)).read_text()
    }
    return {one for one in own if one.partition("::")[0] in starting}


def watch(folder: Path) -> Tests:
    """Run all tests once, on a bench where the checks note them."""
    seconds: dict[str, float] = defaultdict(float)
    of_mutant: dict[str, set[str]] = defaultdict(set)
    options = ["-n", str(AT_ONCE), "--dist", "loadfile", "--durations=0", "--durations-min=0"]
    for number, suite in enumerate(SUITES):
        bench = copytree(folder / SNAPSHOT, folder / f"noting-{number}")
        let_note(bench / APP.name)
        code, output = run(bench, suite, suite.tests, *options)
        for took, name in re.findall(r"^([\d.]+)s (?:setup|call) +(\S.*)$", output, re.M):
            seconds[f"{suite.prefix}{name}"] += float(took)
        if code not in (0, 1) or re.search(r"^ERROR \S+\.py($| )", output, re.M):
            raise SystemExit(output[-3000:])
        for test in named(RED, output, suite, list(seconds)):
            print(f"red before anything is taken out, so not used: {test}", flush=True)
            del seconds[test]
        for current, noted in read_notes(bench).items():
            for test in meant(current, bench, suite, seconds):
                for mutant in noted:
                    of_mutant[mutant].add(test)
    return Tests(dict(seconds), of_mutant)


# ------------------------------------------------------------------ a pass


@dataclass
class Pass:
    """What has been found out so far; saved after every mutant."""

    results: Results
    ends: float
    tried: int = 0
    began: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def over(self) -> bool:
        """Return whether the time is up."""
        return time.monotonic() > self.ends

    def say(self, mutant: Mutant, test: str | None) -> None:
        """Keep and print a result."""
        with self.lock:
            self.tried += 1
            self.results[mutant.id] = {"check": mutant.check, "source": mutant.source, "test": test}
            write_results(self.results)
            minutes = (time.monotonic() - self.began) / 60
            print(f"{minutes:5.1f} min {self.tried:4}  {mutant.id}  {mutant.check}", flush=True)
            print(f"                {test or 'NOT NOTICED'}", flush=True)


def settled(mutant: Mutant, results: Results) -> bool:
    """Return whether a mutant was tried with its function as it is now."""
    return results.get(mutant.id, {}).get("source") == mutant.source


def recorded(mutant: Mutant, results: Results) -> str | None:
    """Return the test that noticed a mutant before, under this name or another."""
    own = results.get(mutant.id, {"check": "", "test": None})
    same = [result["test"] for result in results.values() if result["check"] == mutant.check]
    tests = [own["test"] if own["check"] == mutant.check else None, *same, own["test"]]
    return next(filter(None, tests), None)


def try_all(mutants: list[Mutant], folder: Path, under_way: Pass) -> None:
    """Find the test that notices each mutant, two at a time."""
    benches: Queue[Path] = Queue()
    for number in range(AT_ONCE):
        benches.put(copytree(folder / SNAPSHOT, folder / f"bench-{number}"))
    migrate(benches.queue[0])

    def attempt(mutant: Mutant, tests: list[str], seconds: float) -> bool:
        """Return whether one of these tests notices it, or the time is up."""
        if under_way.over():
            return True
        bench = benches.get()
        try:
            test = noticing(mutant, bench, tests, seconds)
        finally:
            benches.put(bench)
        if test:
            under_way.say(mutant, test)
        return test is not None

    known = usable_tests(mutants, folder, under_way.results)
    left = [mutant for mutant in mutants if mutant.id not in known]
    again = [mutant for mutant in mutants if mutant.id in known]
    left += still_waiting(lambda mutant: attempt(mutant, [known[mutant.id]], 0), again)
    if not left or under_way.over():
        return
    tests = watch(folder)
    rounds = {mutant.id: tests.rounds(mutant) for mutant in left}
    for number in range(max(map(len, rounds.values())) + 1):
        for mutant in left:
            if len(rounds[mutant.id]) == number and not under_way.over():
                under_way.say(mutant, None)

        def search(mutant: Mutant, number: int = number) -> bool:
            chosen = rounds[mutant.id][number]
            return attempt(mutant, chosen, sum(tests.seconds[test] for test in chosen))

        left = [mutant for mutant in left if len(rounds[mutant.id]) > number]
        left = still_waiting(search, left)


def usable_tests(mutants: list[Mutant], folder: Path, results: Results) -> dict[str, str]:
    """Return the test that noticed each mutant last time, where it is green without a mutant."""
    known = {mutant.id: test for mutant in mutants if (test := recorded(mutant, results))}
    green: set[str] = set()
    for suite in SUITES:
        if tests := of_suite(suite, sorted(set(known.values()))):
            bench = copytree(folder / SNAPSHOT, folder / f"plain-{len(green)}")
            _, output = run(bench, suite, tests, "-n", str(AT_ONCE), "--dist", "loadfile")
            green |= set(named(("PASSED",), output, suite, tests))
    return {name: test for name, test in known.items() if test in green}


def still_waiting(work: Callable[[Mutant], bool], mutants: list[Mutant]) -> list[Mutant]:
    """Do some work on each mutant, two at a time; return those that it did not finish."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        done = list(threads.map(work, mutants))
    return [mutant for mutant, finished in zip(mutants, done, strict=True) if not finished]


# ------------------------------------------------------------------ what is kept


def read_results() -> Results:
    """Return what was found out in earlier passes."""
    found: Results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return found


def write_results(results: Results) -> None:
    """Keep what was found out."""
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def outcome(mutant: Mutant, results: Results) -> str:
    """Return what is known about a mutant: a test, or why there is none."""
    if mutant.key in EQUIVALENT:
        return f"the app behaves the same: {EQUIVALENT[mutant.key]}"
    if not settled(mutant, results):
        return "not tried"
    test = results[mutant.id]["test"]
    return code(test.removeprefix("tests/")) if test else "**NOT NOTICED**"


def code(text: str) -> str:
    """Return text as code in a cell of a Markdown table."""
    quotes = "``" if "`" in text else "`"
    return f"{quotes}{' '.join(text.split())}{quotes}".replace("|", "\\|")


def write_table(mutants: list[Mutant], results: Results) -> str:
    """Write docs/mutations.md; return its summary."""
    outcomes = [outcome(mutant, results) for mutant in mutants]
    same = sum(mutant.key in EQUIVALENT for mutant in mutants)
    unnoticed, untried = outcomes.count("**NOT NOTICED**"), outcomes.count("not tried")
    noticed = len(mutants) - same - unnoticed - untried
    summary = (
        f"{len(mutants)} checks: {noticed} noticed, {unnoticed} not noticed,"
        f" {same} without which the app behaves the same, {untried} not tried"
    )
    lines = []
    for mutant, text in zip(mutants, outcomes, strict=True):
        kind, _, check = mutant.check.partition(": ")
        module, function, _ = mutant.id.split(":")
        lines.append(f"| {kind} {code(check)} | {code(f'{module}:{function}')} | {text} |\n")
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(HEAD.format(summary=summary) + "".join(lines))
    return summary


def main() -> int:
    """Read the command line, and try the mutants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="what the ids must contain; such are tried again")
    parser.add_argument("--minutes", type=float, default=1e6, help="when to stop")
    parser.add_argument("--list", action="store_true", help="show the checks and stop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutate-") as name:
        return one_pass(Path(name), options)


def one_pass(folder: Path, options: argparse.Namespace) -> int:
    """Try what the options choose; return 0 when each one is noticed."""
    app = clean_copy(folder / SNAPSHOT) / APP.name
    mutants, kept = all_mutants(app), read_results()
    chosen = [m for m in mutants if not options.words or any(w in m.id for w in options.words)]
    if options.list:
        print(*(f"{mutant.id}  {mutant.check}" for mutant in chosen), sep="\n")
        return 0
    waiting = [m for m in chosen if m.key not in EQUIVALENT]
    if not options.words:
        waiting = [mutant for mutant in waiting if not settled(mutant, kept)]
    print(f"{len(mutants)} checks, {len(waiting)} to try", flush=True)
    results = dict(kept)
    if waiting:
        try_all(waiting, folder, Pass(results, time.monotonic() + 60 * options.minutes))
    results = {mutant.id: results[mutant.id] for mutant in mutants if mutant.id in results}
    write_results(results)
    print(write_table(mutants, results))
    unnoticed = [m for m in chosen if outcome(m, results) == "**NOT NOTICED**"]
    print(*(f"NOT NOTICED {mutant.id}  {mutant.check}" for mutant in unnoticed), sep="\n")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    raise SystemExit(main())
