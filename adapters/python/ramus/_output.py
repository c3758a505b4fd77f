"""Where the library's bytes go: into memory, into a file that appears whole or not at all, or to a file object."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import stat
from typing import IO, Any, Callable, Iterator, List, Optional, Union

from . import _abi
from .errors import UsageError

Output = Union[str, "os.PathLike[str]", IO[bytes]]


class Writer:
    """A ramus_writer that hands each piece on to `take`; what `take` raises stops the writing and is kept."""

    def __init__(self, take: Callable[[memoryview], Any]) -> None:
        self._take = take
        self.failure: Optional[BaseException] = None
        self.callback = _abi.Writer(self._write)

    def _write(self, _user: Any, data: Optional[int], size: int) -> int:
        try:
            if size:
                assert data is not None
                self._take(memoryview((ctypes.c_char * size).from_address(data)).cast("B"))
            return 0
        except BaseException as failure:
            self.failure = failure
            return 1


class Pieces:
    """What was written, as bytes; one piece is copied once."""

    def __init__(self) -> None:
        self._pieces: List[bytes] = []

    def take(self, piece: memoryview) -> None:
        self._pieces.append(bytes(piece))

    def joined(self) -> bytes:
        return b"".join(self._pieces)


def _mode_of(path: str) -> Optional[int]:
    """Of the regular file there; None where there is nothing."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _beside(path: str) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its name, and its mode, when all went well."""
    mode = _mode_of(path)
    temporary = f"{path}.ramus-tmp-{secrets.token_hex(4)}"
    file = open(temporary, "xb")
    try:
        with file:
            yield file
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _in_place(path: str) -> Iterator[IO[bytes]]:
    with open(path, "wb") as file:
        yield file


@contextlib.contextmanager
def opened(output: Output) -> Iterator[Callable[[memoryview], Any]]:
    """What takes the pieces. UsageError: the path names a folder, or no file can be made there."""
    if not isinstance(output, (str, os.PathLike)):
        yield output.write
        return
    path = os.fspath(output)
    if os.path.isdir(path):
        raise UsageError(f"{path}: is a folder; give a file name")
    special = os.path.exists(path) and not os.path.isfile(path)  # a pipe, a device: nothing to put in its place
    try:
        with _in_place(path) if special else _beside(path) as file:
            yield file.write
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
