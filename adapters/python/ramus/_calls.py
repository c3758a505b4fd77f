"""Calls of the C interface: what they make is owned, what they write is collected, what they refuse is raised."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any, Callable, Iterator, Optional

from . import _abi
from ._output import Pieces, Writer
from .errors import error_of


def check(status: int, error: _abi.Error, writer: Optional[Writer] = None) -> None:
    if writer is not None and writer.failure is not None:
        raise writer.failure
    if status != _abi.STATUS["OK"]:
        raise error_of(status, error.message.decode("utf-8", "replace"))


def made(function: Any, *arguments: Any) -> ctypes.c_void_p:
    """The handle that a function of the interface makes in its last out-parameter."""
    handle, error = ctypes.c_void_p(), _abi.Error()
    check(function(*arguments, ctypes.byref(handle), ctypes.byref(error)), error)
    return handle


def write_to(take: Callable[[memoryview], Any], function: Any, *arguments: Any) -> None:
    writer, error = Writer(take), _abi.Error()
    check(function(*arguments, writer.callback, None, ctypes.byref(error)), error, writer)


def written(function: Any, *arguments: Any) -> bytes:
    pieces = Pieces()
    write_to(pieces.take, function, *arguments)
    return pieces.joined()


@contextlib.contextmanager
def owned(destroy: Any, function: Any, *arguments: Any) -> Iterator[ctypes.c_void_p]:
    """What a function makes, until the end of the block."""
    handle = made(function, *arguments)
    try:
        yield handle
    finally:
        destroy(handle)
