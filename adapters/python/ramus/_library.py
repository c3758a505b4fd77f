"""Finds libramus.so and loads it, once, when the first function is called.

    RAMUS_LIBRARY   a path, and then nothing else is tried
    the package     the file that a wheel brings
    the system      libramus.so.0 where the dynamic linker looks (ldconfig, LD_LIBRARY_PATH)
    pkg-config      the folder that `pkg-config --variable=libdir ramus` names

Its symbols stay its own (RTLD_LOCAL), so that it lives beside other libraries that bring ONNX and protobuf.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import subprocess
import threading
from typing import Callable, Iterator, Optional

from . import _abi
from .errors import LibraryError

_lock = threading.Lock()
_loaded: Optional[ctypes.CDLL] = None


def library() -> ctypes.CDLL:
    """The library with its functions declared. LibraryError: not there, or of another version."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _checked(_load())
        return _loaded


def _in_package() -> Optional[str]:
    brought = pathlib.Path(__file__).parent.glob("lib/**/libramus.so.0")
    return next(map(str, brought), None)


def _by_pkg_config() -> Optional[str]:
    try:
        asked = subprocess.run(["pkg-config", "--variable=libdir", "ramus"], capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return os.path.join(asked.stdout.strip(), "libramus.so.0")


def _candidates() -> Iterator[str]:
    if named := os.environ.get("RAMUS_LIBRARY"):
        yield named
        return
    places: "tuple[Callable[[], Optional[str]], ...]" = (_in_package, lambda: "libramus.so.0", _by_pkg_config)
    for place in places:
        if path := place():
            yield path


def _load() -> ctypes.CDLL:
    reasons = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path, mode=ctypes.RTLD_LOCAL)
        except OSError as error:
            reasons.append(str(error))
    raise LibraryError(f"libramus.so: {'; '.join(reasons)}; set RAMUS_LIBRARY to its path")


def _checked(loaded: ctypes.CDLL) -> ctypes.CDLL:
    try:
        for name, (result, parameters) in _abi.FUNCTIONS.items():
            function = getattr(loaded, name)
            function.restype = result
            function.argtypes = parameters
    except AttributeError as error:
        raise LibraryError(f"{loaded._name}: is not the libramus.so of this package: {error}") from None
    version = loaded.ramus_version().decode()
    if tuple(map(int, version.split(".")[:2])) != _abi.VERSION:
        wanted = ".".join(map(str, _abi.VERSION))
        raise LibraryError(f"{loaded._name}: is version {version}, and this package needs {wanted}")
    return loaded


def library_version() -> str:
    """Of the loaded libramus.so, such as "0.1.0"."""
    return str(library().ramus_version().decode())
