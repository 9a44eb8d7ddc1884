"""Measures what an app costs to start with every provider, and with two: CPU seconds, modules.

Each start is a fresh process, which imports the app and calls create_app(); the apps take turns, so
that a busy machine slows all of them. Run it from the template: python scripts/start_cost.py
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from clean_copy import generate

FEW, MANY = "github,google", "all"
START = """
import json, sys, time
import app
app.create_app()
spent = time.process_time()
print(json.dumps([spent, len(sys.modules), len(app.PROVIDERS.split(","))]))
"""
# Two providers are set up, as in the app that has no more.
PUBLIC_URLS = {"production": "https://app.example.org", "development": "http://localhost:8000"}
ENVIRONMENT = {
    "SECRET_KEY": "for-measuring-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "DATABASE_URL": "sqlite:///measured.db",
    **{
        f"{provider.upper()}_CLIENT_{ending}": f"{provider}-{ending.lower()}"
        for provider in FEW.split(",")
        for ending in ("ID", "SECRET")
    },
}


def start(app: Path, app_env: str) -> tuple[float, int, int]:
    """Start an app once: CPU seconds of the process, its modules, its providers."""
    variables = {"APP_ENV": app_env, "PUBLIC_URL": PUBLIC_URLS[app_env]}
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=app,
        # With bytecode on the disk, as an installed app has it.
        env={**os.environ, **ENVIRONMENT, **variables, "PYTHONDONTWRITEBYTECODE": ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, modules, providers = json.loads(done.stdout)
    return seconds, modules, providers


def main() -> None:
    """Print a table: each way of running, with few providers and with all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        apps = {}
        for providers, slug in ((FEW, "few"), (MANY, "many")):
            generate(Path(folder), f"project_slug={slug}", f"providers={providers}")
            apps[providers] = Path(folder) / slug
        print("| environment | providers | CPU seconds (median) | against two | modules |")
        print("|---|---|---|---|---|")
        for app_env in PUBLIC_URLS:
            # The first start writes the bytecode.
            for app in apps.values():
                start(app, app_env)
            measured: dict[str, list[tuple[float, int, int]]] = {FEW: [], MANY: []}
            for _ in range(runs):
                for providers, app in apps.items():
                    measured[providers].append(start(app, app_env))
            medians = {name: statistics.median(s for s, _, _ in m) for name, m in measured.items()}
            for providers, starts in measured.items():
                _, modules, count = starts[0]
                median = medians[providers]
                share = f"{(median / medians[FEW] - 1) * 100:+.1f} %"
                print(f"| {app_env} | {count} | {median:.3f} | {share} | {modules} |", flush=True)


if __name__ == "__main__":
    main()
