"""What can go wrong, as exceptions. Each carries the library's one line: where, what, and which word would fix it.

    RamusError
      UsageError         an option, a pass, a layer that does not exist       exit status 2   also a ValueError
      InvalidInputError  the input cannot be read, or is not a valid model    exit status 3   also a ValueError
      InternalError      a fault of Ramus, or no memory                       exit status 4   also a RuntimeError
      Cancelled          Session.cancel was called                            exit status 130
      LibraryError       libramus.so is missing, or of another version        exit status 4   also an ImportError

Ctrl-C raises KeyboardInterrupt, as everywhere in Python.
"""

from __future__ import annotations

from typing import Dict, Type


class RamusError(Exception):
    """Any failure of Ramus; `exit_status` is what the command would end with."""

    exit_status = 4


class UsageError(RamusError, ValueError):
    exit_status = 2


class InvalidInputError(RamusError, ValueError):
    exit_status = 3


class InternalError(RamusError, RuntimeError):
    exit_status = 4


class Cancelled(RamusError):
    exit_status = 130


class LibraryError(RamusError, ImportError):
    exit_status = 4


# By ramus_status.
_BY_STATUS: Dict[int, Type[RamusError]] = {2: UsageError, 3: InvalidInputError, 4: InternalError, 5: Cancelled}


def error_of(status: int, message: str) -> RamusError:
    return _BY_STATUS.get(status, InternalError)(message)
