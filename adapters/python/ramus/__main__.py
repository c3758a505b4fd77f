"""`ramus ...` and `python -m ramus ...`: the command itself, from the wheel or else from the PATH."""

from __future__ import annotations

import os
import pathlib
import sys
from typing import Iterator, NoReturn


def _candidates() -> Iterator[pathlib.Path]:
    yield pathlib.Path(__file__).parent / "bin" / "ramus"
    for folder in os.get_exec_path():
        yield pathlib.Path(folder) / "ramus"


def _is_program(path: pathlib.Path) -> bool:
    """A script of this name is the one that called us."""
    if not (path.is_file() and os.access(path, os.X_OK)):
        return False
    with path.open("rb") as file:
        return file.read(2) != b"#!"


def main() -> NoReturn:
    for path in filter(_is_program, _candidates()):
        os.execv(path, ["ramus", *sys.argv[1:]])
    sys.stderr.write("ramus: error: the command is not installed; build the wheel with it (RAMUS_BUILD_CLI=ON)\n")
    sys.exit(4)


if __name__ == "__main__":
    main()
