"""Python values as ramus.h wants them: models, labels, features, passes, settings."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
from typing import Any, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from . import _abi
from .errors import InvalidInputError, UsageError

Path = Union[str, "os.PathLike[str]"]
Model = Any  # a path, an object with a buffer (bytes, mmap, NumPy array), or one with SerializeToString (ModelProto)
Labels = Union[Path, Mapping[str, Mapping[str, Sequence[int]]]]
Features = Union[Path, Mapping[str, Any]]
Settings = Union[Mapping[str, Any], Iterable[str]]
Codes = Union[str, Iterable[str]]  # of rules, or their beginnings
Config = Union[Path, Mapping[str, Any]]  # settings of checks: a file, or what it would hold
Baseline = Union[Path, bytes]

_LARGEST_MESSAGE = (1 << 31) - 1  # bytes, of protobuf


def encoded(text: Path) -> bytes:
    """As a C string: a NUL inside would cut it, and paths may hold any other byte."""
    if "\0" in os.fspath(text):
        raise UsageError(f"{text!r}: holds a NUL character")
    return os.fsencode(text)


def read(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InvalidInputError(f"{os.fspath(path)}: {error.strerror}") from None


class _PyBuffer(ctypes.Structure):
    """Py_buffer of the CPython interface."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


@contextlib.contextmanager
def borrowed(owner: Any) -> Iterator[Tuple[Optional[int], int]]:
    """Address and size of an object's bytes, without a copy, read-only ones too. Meanwhile its size is fixed."""
    view = _PyBuffer()
    simple = ctypes.c_int(0)  # PyBUF_SIMPLE: one run of bytes
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(owner), ctypes.byref(view), simple)
    try:
        yield view.buf, view.len
    finally:
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(view))


def is_path(model: Model) -> bool:
    return isinstance(model, (str, os.PathLike))


def _message(proto: Any) -> bytes:
    advice = "give the path of its file instead"
    try:
        fits = proto.ByteSize() <= _LARGEST_MESSAGE
        data: bytes = proto.SerializeToString() if fits else b""
    except Exception as error:  # protobuf's own, or a ValueError: some versions cannot even count beyond 2 GiB
        raise UsageError(f"model: protobuf cannot write it: {error}; {advice}") from error
    if not fits:
        raise UsageError(f"model: is larger than the 2 GiB that protobuf can write; {advice}")
    return data


def bytes_of(model: Model) -> Any:
    """An object with a buffer: the model itself, or the message written out.

    TypeError: it is neither. UsageError: the message is larger than protobuf can write.
    """
    if hasattr(model, "SerializeToString"):
        return _message(model)
    try:
        memoryview(model)
    except TypeError:
        kind = type(model).__name__
        raise TypeError(f"model: a path, bytes or an onnx.ModelProto is wanted, not {kind}") from None
    return model


def _settings(settings: Optional[Settings]) -> List[str]:
    if settings is None:
        return []
    if isinstance(settings, str):
        return [settings]
    if isinstance(settings, Mapping):
        return [f"{option}={value}" for option, value in settings.items()]
    return list(settings)


def _passes(passes: Optional[Union[str, Iterable[str]]]) -> List[str]:
    if passes is None:
        return []
    return passes.split(",") if isinstance(passes, str) else list(passes)


def _json(what: str, value: Any) -> bytes:
    """NumPy arrays and scalars become lists and numbers."""

    def plain(item: Any) -> Any:
        if hasattr(item, "tolist"):
            return item.tolist()
        raise TypeError(f"{what}: {type(item).__name__} is no number and no list of them")

    return json.dumps(value, default=plain).encode()


def _npy(array: Any) -> bytes:
    import numpy

    file = io.BytesIO()
    numpy.save(file, array, allow_pickle=False)
    return file.getvalue()


_FeaturesFile = Tuple[Optional[str], bytes, str]  # layer, content, name


def _features_of(given: Features) -> List[_FeaturesFile]:
    """One file of features: JSON, or for each layer an array of units x features, or the path of one."""
    if isinstance(given, (str, os.PathLike)):
        return [(None, read(given), os.fspath(given))]
    if not isinstance(given, Mapping):
        raise TypeError(f"features: a path or a mapping by layer is wanted, not {type(given).__name__}")
    by_feature = {}
    files: List[_FeaturesFile] = []
    for layer, value in given.items():
        if isinstance(value, Mapping):
            by_feature[layer] = value
        elif isinstance(value, (str, os.PathLike)):
            files.append((layer, read(value), os.fspath(value)))
        else:
            files.append((layer, _npy(value), "features"))
    if by_feature:
        files.insert(0, (None, _json("features", by_feature), "features"))
    return files


def _features(given: Union[None, Features, Sequence[Features]]) -> List[_FeaturesFile]:
    if given is None:
        return []
    each = [given] if isinstance(given, (str, os.PathLike, Mapping)) else given
    return [file for one in each for file in _features_of(one)]


def _strings(texts: Sequence[str]) -> Any:
    return (ctypes.c_char_p * len(texts))(*map(encoded, texts))


class Analysis:
    """ramus_analyze_options and everything that they point to."""

    def __init__(
        self,
        labels: Optional[Labels] = None,
        features: Union[None, Features, Sequence[Features]] = None,
        passes: Optional[Union[str, Iterable[str]]] = None,
        settings: Optional[Settings] = None,
        seed: int = 0,
    ) -> None:
        if not 0 <= seed < 1 << 64:
            raise UsageError(f"seed: {seed}: must be 0..2^64-1")
        self.options = options = _abi.AnalyzeOptions()
        options.seed = seed
        names, values = _passes(passes), _settings(settings)
        options.passes, options.pass_count = _strings(names), len(names)
        options.settings, options.setting_count = _strings(values), len(values)
        if labels is not None:
            from_file = isinstance(labels, (str, os.PathLike))
            text = read(labels) if from_file else _json("labels", labels)  # type: ignore[arg-type]
            options.labels, options.labels_size = text, len(text)
            options.labels_name = encoded(os.fspath(labels)) if from_file else None  # type: ignore[arg-type]
        self._files = _features(features)
        entries = [_features_entry(*file) for file in self._files]
        pointers = (ctypes.POINTER(_abi.Features) * len(entries))(*(ctypes.pointer(entry) for entry in entries))
        options.features, options.features_count = pointers, len(entries)


def _codes(codes: Optional[Codes]) -> List[str]:
    if codes is None:
        return []
    return codes.split(",") if isinstance(codes, str) else list(codes)


class CheckRequest:
    """ramus_check_options and everything that they point to."""

    def __init__(
        self,
        analysis: Analysis,
        models: int,
        select: Optional[Codes] = None,
        ignore: Optional[Codes] = None,
        fail_on: Optional[str] = None,
        config: Optional[Config] = None,
        baseline: Optional[Baseline] = None,
        makes_baseline: bool = False,
    ) -> None:
        self._analysis = analysis
        self.options = options = _abi.CheckOptions()
        options.analysis = ctypes.pointer(analysis.options)
        selected, ignored = _codes(select), _codes(ignore)
        options.select, options.select_count = _strings(selected), len(selected)
        options.ignore, options.ignore_count = _strings(ignored), len(ignored)
        if config is not None:
            in_memory = isinstance(config, Mapping)
            text = _json("config", config) if in_memory else read(config)  # type: ignore[arg-type]
            options.settings, options.settings_size = text, len(text)
            options.settings_name = b"config" if in_memory else encoded(config)  # type: ignore[arg-type]
        if baseline is not None:
            content = baseline if isinstance(baseline, bytes) else read(baseline)
            options.baseline, options.baseline_size = content, len(content)
            options.baseline_name = b"baseline" if isinstance(baseline, bytes) else encoded(baseline)
        options.fail_on = None if fail_on is None else encoded(fail_on)
        options.model_count = models
        options.makes_baseline = int(makes_baseline)


def _features_entry(layer: Optional[str], content: bytes, name: str) -> _abi.Features:
    """Borrows `content`."""
    entry = _abi.Features()
    entry.layer = None if layer is None else encoded(layer)
    entry.data = ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p)
    entry.size = len(content)
    entry.name = encoded(name)
    return entry
