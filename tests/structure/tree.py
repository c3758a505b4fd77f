"""The project's own files, and how a check of them ends. Build outputs and installed packages are not ours."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("graph", "passes", "plugin", "adapters", "tests", "examples", ".ci")
NOT_OURS = {"build", "node_modules", "__pycache__", ".cache"}
CPP = {".cpp", ".hpp", ".h", ".c"}
SKIPPED = 77


def files(*folders, suffixes=None):
    """Paths relative to the root, in order."""
    for folder in folders or FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            relative = path.relative_to(ROOT)
            if path.is_file() and not NOT_OURS & set(relative.parts) and (suffixes is None or path.suffix in suffixes):
                yield relative


def tracked():
    """What git knows; nothing where the tree is not a git checkout."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return listed.stdout.split("\0")[:-1]


def lines(path):
    """(number, text) of a text file; nothing for a binary one."""
    try:
        text = (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from enumerate(text.splitlines(), 1)


def finish(problems, checked):
    for problem in problems:
        print(problem)
    if not checked:
        sys.exit("nothing was checked")
    print(f"{len(problems)} problems in {checked}")
    sys.exit(1 if problems else 0)
