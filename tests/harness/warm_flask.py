"""Runs `flask` in an app's folder, again and again, without importing the app each time.

Started in that folder.  Each line of standard input is the JSON of a run: its arguments and its
whole environment.  The run is a fork, so that nothing of it stays; its exit code and its output are
one line of JSON.  Source for running the command: `flask.__main__`.
"""

import importlib
import json
import os
import sys
import tempfile

import flask.cli


def run(arguments: list[str], environ: dict[str, str]) -> None:
    """Be `flask` with these arguments in this environment.  It does not return."""
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["flask", *arguments]
    flask.cli.main()


def main() -> None:
    """Answer each line."""
    importlib.import_module("app")
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if child == 0:
                for stream in (1, 2):
                    os.dup2(output.fileno(), stream)
                try:
                    run(asked["arguments"], asked["environ"])
                except SystemExit as ended:
                    code = ended.code
                    if isinstance(code, str):
                        print(code, file=sys.stderr)
                        code = 1
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(code or 0)
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                    sys.stderr.flush()
                    os._exit(1)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            output.seek(0)
            said = output.read().decode(errors="replace")
        code = os.waitstatus_to_exitcode(status)
        print(json.dumps({"code": code, "output": said}), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    main()
