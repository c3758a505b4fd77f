"""A session: threads, progress, log and cancellation of the calls that are made in it.

    with ramus.Session(threads=2, progress=print) as session:
        before, after = (session.analyze(path) for path in ("before.onnx", "after.onnx"))

One call at a time: a second thread waits for the first. To work in parallel, take a session for each thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import threading
from typing import Any, Callable, ContextManager, Iterable, Iterator, List, Optional, Sequence, TypeVar, Union, overload

from . import _abi, _arguments
from ._arguments import Baseline, Codes, Config, Features, Labels, Model, Path, Settings
from ._calls import check as check_call
from ._calls import made, owned, write_to, written
from ._library import library
from ._output import Output, opened
from ._work import interruptible
from .errors import Cancelled, InvalidInputError, UsageError
from .report import Checks, Comparison, Report

Progress = Callable[[str, int, int], Any]  # pass, bytes of weights done, of all

_log = logging.getLogger("ramus")
_log.addHandler(logging.NullHandler())
_LOGGING_LEVEL = {
    _abi.LOG["DEBUG"]: logging.DEBUG,
    _abi.LOG["INFO"]: logging.INFO,
    _abi.LOG["WARNING"]: logging.WARNING,
    _abi.LOG["ERROR"]: logging.ERROR,
}

_Result = TypeVar("_Result")
ReportLike = Union[Report, bytes]
_Owned = ContextManager[ctypes.c_void_p]


def _least_logged() -> int:
    """The RAMUS_LOG_* that the logger "ramus" still takes."""
    wanted = [level for level, of_python in _LOGGING_LEVEL.items() if _log.isEnabledFor(of_python)]
    return min(wanted, default=_abi.LOG["OFF"])


def _leaves_folder(model: Path, output: Output) -> bool:
    if not isinstance(output, (str, os.PathLike)):
        return False
    return os.path.realpath(os.path.dirname(os.fspath(model))) != os.path.realpath(os.path.dirname(os.fspath(output)))


class Session:
    """Owns a ramus_session. `threads`: 0 is as many as the machine has.

    `progress(phase, done, total)` is called now and then, from any thread, one call at a time: bytes of weights in the
    pass `phase`; what it raises ends the call and is raised from it. The log goes to `logging.getLogger("ramus")`.
    """

    def __init__(self, threads: int = 0, progress: Optional[Progress] = None) -> None:
        if not 0 <= threads < 1 << 32:
            raise UsageError(f"threads: {threads}: must be 0..2^32-1")
        self._ramus = library()
        self._progress = progress
        self._lock = threading.RLock()
        self._callback_failure: Optional[BaseException] = None
        self._config = config = _abi.SessionConfig()  # holds the callbacks for as long as the session lives
        config.log = _abi.LogCallback(self._on_log)
        config.log_level = _least_logged()
        config.threads = threads
        if progress is not None:
            config.progress = _abi.ProgressCallback(self._on_progress)
        self._handle: Optional[ctypes.c_void_p] = None
        self._handle = made(self._ramus.ramus_session_create, ctypes.byref(config))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Waits for a call that still runs. After it the session takes no more calls."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle is not None:
                self._ramus.ramus_session_destroy(handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()

    def cancel(self) -> None:
        """From any thread: the call that runs raises Cancelled within a second, later ones at once, until `resume`."""
        if handle := self._handle:
            self._ramus.ramus_session_cancel(handle)

    def resume(self) -> None:
        if handle := self._handle:
            self._ramus.ramus_session_resume(handle)

    # ---- What a session does; see the functions of the same names in the package for the arguments ----

    def analyze(
        self,
        model: Model,
        labels: Optional[Labels] = None,
        features: Union[None, Features, Sequence[Features]] = None,
        passes: Optional[Union[str, Iterable[str]]] = None,
        settings: Optional[Settings] = None,
        seed: int = 0,
        *,
        name: Optional[str] = None,
        base_directory: Optional[Path] = None,
    ) -> Report:
        analysis = _arguments.Analysis(labels, features, passes, settings, seed)

        def work() -> Report:
            with self._opened(model, name, base_directory) as handle, self._analysed(handle, analysis) as report:
                return Report(written(self._ramus.ramus_report_write, report, b"json"))

        return self._run(work)

    def compare(
        self,
        models: Sequence[Model],
        labels: Union[None, Labels, Sequence[Optional[Labels]]] = None,
        features: Union[None, Features, Sequence[Features]] = None,
        passes: Optional[Union[str, Iterable[str]]] = None,
        settings: Optional[Settings] = None,
        seed: int = 0,
        *,
        names: Optional[Sequence[Optional[str]]] = None,
        base_directory: Optional[Path] = None,
    ) -> Comparison:
        each = labels if isinstance(labels, (list, tuple)) else [labels]
        for what, given in (("labels", each), ("names", names)):
            if given is not None and len(given) not in ((1, len(models)) if what == "labels" else (len(models),)):
                raise UsageError(f"{what}: {len(given)} for {len(models)} models")
        analyses = [_arguments.Analysis(one, features, passes, settings, seed) for one in each]

        def work() -> Comparison:
            with contextlib.ExitStack() as stack:
                handles = []
                for model, name in zip(models, names or [None] * len(models)):
                    in_memory = None if _arguments.is_path(model) else base_directory
                    handles.append(stack.enter_context(self._opened(model, name, in_memory)))
                compared = stack.enter_context(self._compared(handles, analyses))
                json = written(self._ramus.ramus_comparison_write, compared, b"json")
                text = written(self._ramus.ramus_comparison_write, compared, b"text")
            return Comparison(json, text)

        return self._run(work)

    def check(
        self,
        models: Union[Model, Sequence[Model]],
        *,
        select: Optional[Codes] = None,
        ignore: Optional[Codes] = None,
        fail_on: Optional[str] = None,
        config: Optional[Config] = None,
        baseline: Optional[Baseline] = None,
        makes_baseline: bool = False,
        labels: Optional[Labels] = None,
        features: Union[None, Features, Sequence[Features]] = None,
        settings: Optional[Settings] = None,
        seed: int = 0,
        names: Optional[Sequence[Optional[str]]] = None,
        base_directory: Optional[Path] = None,
    ) -> Checks:
        each = list(models) if isinstance(models, (list, tuple)) else [models]
        if not each:
            raise UsageError("models: there is none to check")
        if names is not None and len(names) != len(each):
            raise UsageError(f"names: {len(names)} for {len(each)} models")
        analysis = _arguments.Analysis(labels, features, None, settings, seed)
        request = _arguments.CheckRequest(
            analysis, len(each), select, ignore, fail_on, config, baseline, makes_baseline
        )
        formats = ["text", "sarif", "github", "junit"] + (["baseline"] if makes_baseline else [])

        def work() -> Checks:
            ramus, options = self._ramus, ctypes.byref(request.options)
            with owned(ramus.ramus_checker_destroy, ramus.ramus_checker_create, self._handle, options) as checker:
                for model, name in zip(each, names or [None] * len(each)):
                    in_memory = None if _arguments.is_path(model) else base_directory
                    self._check_one(checker, model, name, in_memory)
                json = written(ramus.ramus_checker_write, checker, b"json")
                others = {name: written(ramus.ramus_checker_write, checker, name.encode()) for name in formats}
                return Checks(json, others, ramus.ramus_checker_count(checker, None))

        return self._run(work)

    @overload
    def annotate(
        self,
        model: Model,
        report: Optional[ReportLike] = ...,
        *,
        output: None = ...,
        namespace: bool = ...,
        layer_ann: bool = ...,
        name: Optional[str] = ...,
        base_directory: Optional[Path] = ...,
    ) -> bytes: ...

    @overload
    def annotate(
        self,
        model: Model,
        report: Optional[ReportLike] = ...,
        *,
        output: Output,
        namespace: bool = ...,
        layer_ann: bool = ...,
        name: Optional[str] = ...,
        base_directory: Optional[Path] = ...,
    ) -> None: ...

    def annotate(
        self,
        model: Model,
        report: Optional[ReportLike] = None,
        *,
        output: Optional[Output] = None,
        namespace: bool = False,
        layer_ann: bool = False,
        name: Optional[str] = None,
        base_directory: Optional[Path] = None,
    ) -> Optional[bytes]:
        options = _abi.AnnotateOptions()
        options.write_namespace, options.write_layer_ann = int(namespace), int(layer_ann)

        def work() -> Optional[bytes]:
            with self._opened(model, name, base_directory) as handle:
                facts = self._analysed(handle, _arguments.Analysis()) if report is None else self._read(report)
                with facts as found:
                    return self._put(output, self._ramus.ramus_annotate, handle, found, ctypes.byref(options))

        return self._run(work)

    def reattach(
        self,
        report: ReportLike,
        model: Model,
        *,
        name: Optional[str] = None,
        base_directory: Optional[Path] = None,
    ) -> Report:
        def work() -> Report:
            destroy = self._ramus.ramus_report_destroy
            with self._opened(model, name, base_directory) as handle, self._read(report) as known:
                with owned(destroy, self._ramus.ramus_reattach, handle, known) as found:
                    return Report(written(self._ramus.ramus_report_write, found, b"json"))

        return self._run(work)

    @overload
    def strip(self, model: Model, *, output: None = ..., name: Optional[str] = ...) -> bytes: ...

    @overload
    def strip(self, model: Model, *, output: Output, name: Optional[str] = ...) -> None: ...

    def strip(
        self, model: Model, *, output: Optional[Output] = None, name: Optional[str] = None
    ) -> Optional[bytes]:
        def work() -> Optional[bytes]:
            with self._opened(model, name, None) as handle:
                return self._put(output, self._ramus.ramus_strip, handle)

        return self._run(work)

    @overload
    def rewrite(
        self,
        model: Model,
        form: str,
        *,
        output: None = ...,
        name: Optional[str] = ...,
        base_directory: Optional[Path] = ...,
    ) -> bytes: ...

    @overload
    def rewrite(
        self,
        model: Model,
        form: str,
        *,
        output: Output,
        name: Optional[str] = ...,
        base_directory: Optional[Path] = ...,
    ) -> None: ...

    def rewrite(
        self,
        model: Model,
        form: str,
        *,
        output: Optional[Output] = None,
        name: Optional[str] = None,
        base_directory: Optional[Path] = None,
    ) -> Optional[bytes]:
        def work() -> Optional[bytes]:
            with self._opened(model, name, base_directory) as handle:
                moves = output is not None and _arguments.is_path(model) and _leaves_folder(model, output)
                if moves and self._ramus.ramus_model_has_external_data(handle):
                    raise UsageError(
                        f"{output}: the model's weights lie in files beside it, whose places it names from its own "
                        "folder; write the result into that folder"
                    )
                return self._put(output, self._ramus.ramus_rewrite, handle, _arguments.encoded(form))

        return self._run(work)

    def export(self, report: ReportLike, to: str) -> bytes:
        def work() -> bytes:
            with self._read(report) as handle:
                return written(self._ramus.ramus_report_write, handle, _arguments.encoded(to))

        return self._run(work)

    def text(self, report: ReportLike) -> str:
        """The summary that `ramus analyze` prints, of a report read from JSON."""
        return self.export(report, "text").decode("utf-8")

    # ---- How ----

    def _run(self, work: Callable[[], _Result]) -> _Result:
        def one_at_a_time() -> _Result:
            with self._lock:
                if self._handle is None:
                    raise UsageError("session: is closed")
                self._callback_failure = None
                try:
                    result = work()
                except Cancelled:
                    if self._callback_failure is None:
                        raise
                if self._callback_failure is not None:
                    self.resume()
                    raise self._callback_failure from None
                return result

        return interruptible(one_at_a_time, self.cancel, self.resume)

    def _on_log(self, _user: Any, level: int, text: bytes) -> None:
        _log.log(_LOGGING_LEVEL.get(level, logging.ERROR), "%s", text.decode("utf-8", "replace"))

    def _on_progress(self, _user: Any, phase: bytes, done: int, total: int) -> None:
        if self._progress is None or self._callback_failure is not None:
            return
        try:
            self._progress(phase.decode("utf-8", "replace"), done, total)
        except BaseException as failure:  # it cannot pass through the library
            self._callback_failure = failure
            self.cancel()

    @contextlib.contextmanager
    def _opened(self, model: Model, name: Optional[str], base_directory: Optional[Path]) -> Iterator[ctypes.c_void_p]:
        destroy = self._ramus.ramus_model_destroy
        if _arguments.is_path(model):
            if name is not None or base_directory is not None:
                raise UsageError(f"{os.fspath(model)}: name and base_directory are for models in memory")
            path = _arguments.encoded(model)
            with owned(destroy, self._ramus.ramus_model_open, self._handle, path) as handle:
                yield handle
            return
        base = None if base_directory is None else _arguments.encoded(base_directory)
        called = None if name is None else _arguments.encoded(name)
        with _arguments.borrowed(_arguments.bytes_of(model)) as (address, size):
            open_named = self._ramus.ramus_model_open_named
            with owned(destroy, open_named, self._handle, address, size, base, called) as handle:
                yield handle

    def _check_one(
        self, checker: ctypes.c_void_p, model: Model, name: Optional[str], base_directory: Optional[Path]
    ) -> None:
        """A model that cannot be read stands among the results as a failure."""
        error = _abi.Error()
        opened = False
        try:
            with self._opened(model, name, base_directory) as handle:
                opened = True
                check_call(self._ramus.ramus_checker_run(checker, handle, ctypes.byref(error)), error)
        except InvalidInputError as failure:
            if opened:  # then the library knows of it
                return
            path = _arguments.encoded(model if _arguments.is_path(model) else name or "")
            why = str(failure).encode("utf-8", "surrogateescape")
            check_call(self._ramus.ramus_checker_add_failure(checker, path, why, ctypes.byref(error)), error)

    def _analysed(self, model: ctypes.c_void_p, analysis: _arguments.Analysis) -> _Owned:
        options = ctypes.byref(analysis.options)
        return owned(self._ramus.ramus_report_destroy, self._ramus.ramus_analyze, model, options)

    def _read(self, report: ReportLike) -> _Owned:
        json = report.json if isinstance(report, Report) else bytes(report)
        return owned(self._ramus.ramus_report_destroy, self._ramus.ramus_report_read, self._handle, json, len(json))

    @contextlib.contextmanager
    def _compared(
        self, models: List[ctypes.c_void_p], analyses: List[_arguments.Analysis]
    ) -> Iterator[ctypes.c_void_p]:
        options = _abi.CompareOptions()
        pointer = ctypes.POINTER(_abi.AnalyzeOptions)
        options.analysis = (pointer * len(analyses))(*(ctypes.pointer(one.options) for one in analyses))
        options.analysis_count = len(analyses)
        handles = (ctypes.c_void_p * len(models))(*models)
        compare, destroy = self._ramus.ramus_compare, self._ramus.ramus_comparison_destroy
        with owned(destroy, compare, handles, len(models), ctypes.byref(options)) as comparison:
            yield comparison

    def _put(self, output: Optional[Output], function: Any, *arguments: Any) -> Optional[bytes]:
        if output is None:
            return written(function, *arguments)
        with opened(output) as take:
            write_to(take, function, *arguments)
        return None
