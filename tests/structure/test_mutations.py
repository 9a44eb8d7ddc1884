"""What docs/mutations.md says is about the app as it is: see scripts/mutate.py."""

import ast
import re

import pytest
from mutants import all_mutants, found_in
from mutate import APP, EQUIVALENT, ROOT, TABLE, read_results, settled

MUTANTS = all_mutants(APP)
RESULTS = read_results()


def test_no_check_that_was_tried_went_unnoticed() -> None:
    """Or there is a reason why none can notice.  docs/mutations.md counts those not tried."""
    unnoticed = [
        f"{mutant.id}  {mutant.check}"
        for mutant in MUTANTS
        if mutant.key not in EQUIVALENT
        and settled(mutant, RESULTS)
        and not RESULTS[mutant.id]["test"]
    ]
    assert not unnoticed, "run `make mutate`"


def test_docs_do_not_claim_more_than_was_tried() -> None:
    summary = re.search(
        r"^(\d+) checks: (\d+) noticed, .* (\d+) not tried\.$", TABLE.read_text(), re.M
    )
    assert summary
    checks, noticed, untried = map(int, summary.groups())
    assert checks - untried >= noticed
    assert noticed <= sum(bool(result["test"]) for result in RESULTS.values())


def test_every_reason_is_about_a_check_that_is_there() -> None:
    assert not EQUIVALENT.keys() - {mutant.key for mutant in MUTANTS}


def test_every_test_that_notices_is_there() -> None:
    missing = set()
    for result in RESULTS.values():
        folder = APP if (result["test"] or "").startswith("app/") else ROOT
        file, _, function = (result["test"] or "").removeprefix("app/").partition("::")
        name = function.partition("[")[0]
        if file and f"def {name}(" not in (folder / file).read_text():
            missing.add(f"{file}::{name}")
    assert not missing, "run `make mutate`"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("if a or not (b and c):\n    raise X", ["a → False", "b → True", "c → True"]),
        ("if a and b:\n    return", ["a and b → False"]),
        ("if a and not (b and c):\n    return", ["b → True", "c → True"]),
        ("if a:\n    b()", []),
        ("if a:\n    reader.problem(b)", ["a → False"]),
        ("checks = {'a': b, 'c': d and e}", ["b → True", "d → True", "e → True"]),
        ("def f() -> bool:\n    return a and (b or c)", ["a → True", "b or c → True"]),
        ("def f() -> int:\n    return a and b", []),
        ("a if b else None", ["b → True"]),
        ("[a for a in b if c and d]", ["c → True", "d → True"]),
        ("select(A).where(Aa.b == c, d)", ["Aa.b == c → True", "d → True"]),
        ("or_(Aa.b == c, d)", ["Aa.b == c → False", "d → False"]),
        ("e = Aa.b.is_(None), Aa.c", ["Aa.b.is_(None) → True", "Aa.c → True"]),
        ("min(a, b)", ["min(a, b) → a", "min(a, b) → b"]),
        ("a[:LENGTH]", ["a[:LENGTH] → a"]),
        ("refusing(a)", ["refusing(a) → None"]),
        ("@required\ndef f(): pass", ["required → "]),
    ],
)
def test_what_counts_as_a_check(code: str, expected: list[str]) -> None:
    found = [
        f"{ast.unparse(check.node)} → {ast.unparse(check.without) if check.without else ''}"
        for _, check in found_in(ast.parse(code), "module", {"refusing"})
    ]
    assert found == expected
