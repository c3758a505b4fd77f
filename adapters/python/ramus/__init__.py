"""Ramus finds the branches of a neural network in an ONNX model and measures what each has specialised on.

    import ramus

    report = ramus.analyze("model.onnx")            # or bytes, or an onnx.ModelProto
    print(report.text())
    report.table("branches").to_pandas()
    ramus.annotate("model.onnx", report, output="annotated.onnx")

The work is done by libramus.so; this package needs nothing but the standard library. Failures are RamusError and its
children, each with one line that says where, what, and which word would fix it. The log goes to
`logging.getLogger("ramus")`.
"""

from __future__ import annotations

import json as _json
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union, overload

from ._arguments import Baseline, Codes, Config, Features, Labels, Model, Path, Settings
from ._calls import written as _written
from ._library import library as _library
from ._library import library_version
from ._output import Output
from .errors import Cancelled, InternalError, InvalidInputError, LibraryError, RamusError, UsageError
from .report import Checks, Comparison, Factors, Report
from .session import Progress, ReportLike, Session
from .tables import Table

__version__ = "0.1.0"

__all__ = [
    "Cancelled",
    "Checks",
    "Comparison",
    "Factors",
    "InternalError",
    "InvalidInputError",
    "LibraryError",
    "RamusError",
    "Report",
    "Session",
    "Table",
    "UsageError",
    "analyze",
    "annotate",
    "check",
    "compare",
    "explain",
    "export",
    "library_version",
    "passes",
    "reattach",
    "rewrite",
    "strip",
]


def analyze(
    model: Model,
    labels: Optional[Labels] = None,
    features: Union[None, Features, Sequence[Features]] = None,
    passes: Optional[Union[str, Iterable[str]]] = None,
    settings: Optional[Settings] = None,
    seed: int = 0,
    threads: int = 0,
    progress: Optional[Progress] = None,
    *,
    name: Optional[str] = None,
    base_directory: Optional[Path] = None,
) -> Report:
    """What the passes find in a model; the same model and options give the same bytes as the command writes.

    model           a path; or anything with a buffer of bytes, read without a copy; or an onnx.ModelProto
    labels          families of units {"layer": {"family": [unit, ...]}}, or the path of such JSON
    features        features of units {"layer": {"feature": [one number for each unit]}}, or the path of such JSON; or
                    {"layer": array of units x features, or the path of one (.npy)}; or a list of these
    passes          names of `ramus.passes()`, with those whose facts they need; None: all
    settings        {"factors.k": 16} or ["factors.k=16"]
    seed            of permutations, 0..2^64-1
    threads         0: as many as the machine has
    progress        called with (pass, bytes of weights done, of all), from any thread
    name            of a model in memory: errors begin with it, and the report gives it as the path
    base_directory  of a model in memory: where its external data lies; None: external data is refused

    UsageError: no such pass, option, layer or unit. InvalidInputError: the model or a file of labels or features cannot
    be read. KeyboardInterrupt: within a second, with nothing left behind.
    """
    with Session(threads, progress) as session:
        return session.analyze(
            model, labels, features, passes, settings, seed, name=name, base_directory=base_directory
        )


def compare(
    models: Sequence[Model],
    labels: Union[None, Labels, Sequence[Optional[Labels]]] = None,
    features: Union[None, Features, Sequence[Features]] = None,
    passes: Optional[Union[str, Iterable[str]]] = None,
    settings: Optional[Settings] = None,
    seed: int = 0,
    threads: int = 0,
    progress: Optional[Progress] = None,
    *,
    names: Optional[Sequence[Optional[str]]] = None,
    base_directory: Optional[Path] = None,
) -> Comparison:
    """Each of two or more models against the first: do the same specializations recur, and what is built differently?

    `labels`: one for all models, or a list of one for each. `names`, `base_directory`: of models in memory. The rest is
    as for `analyze`, except that without `passes` those run whose facts a comparison reads.
    """
    with Session(threads, progress) as session:
        return session.compare(
            models, labels, features, passes, settings, seed, names=names, base_directory=base_directory
        )


def check(
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
    threads: int = 0,
    progress: Optional[Progress] = None,
    names: Optional[Sequence[Optional[str]]] = None,
    base_directory: Optional[Path] = None,
) -> Checks:
    """What rules find in one model, or in each of a list: what `ramus check` does.

    select, ignore  codes of rules or their beginnings: "RMS0,RMS202" or a list; `explain()` has all
    fail_on         "note", "warning" or "error", which is usual: what `Checks.found` counts
    config          the path of a ramus.toml (or JSON), or what it would hold as a dict; None: no settings
    baseline        what was approved: a path, or the bytes of `Checks.export("baseline")`
    makes_baseline  so that the checks have that; more is analysed then

    The rest is as for `analyze` and `compare`. A model that cannot be read is no exception: it stands in
    `Checks.failures`. UsageError: no such code, or settings that make no sense. InvalidInputError: a baseline, labels or
    features cannot be read.
    """
    with Session(threads, progress) as session:
        return session.check(
            models,
            select=select,
            ignore=ignore,
            fail_on=fail_on,
            config=config,
            baseline=baseline,
            makes_baseline=makes_baseline,
            labels=labels,
            features=features,
            settings=settings,
            seed=seed,
            names=names,
            base_directory=base_directory,
        )


@overload
def annotate(
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
    model: Model,
    report: Optional[ReportLike] = None,
    *,
    output: Optional[Output] = None,
    namespace: bool = False,
    layer_ann: bool = False,
    name: Optional[str] = None,
    base_directory: Optional[Path] = None,
) -> Optional[bytes]:
    """The model with the report's findings in its metadata_props, every other byte as it was.

    `report`: a Report of this model, or its JSON; without it the model is analysed. `output`: a path, where the file
    appears whole or not at all, or a binary file; without it the bytes are returned. `namespace`, `layer_ann`: nodes get
    their branches under these keys too, by which Model Explorer nests and ONNX Runtime places them; what a node has
    there already stays. UsageError: the report is of other bytes.
    """
    with Session() as session:
        if output is None:
            return session.annotate(
                model, report, namespace=namespace, layer_ann=layer_ann, name=name, base_directory=base_directory
            )
        return session.annotate(
            model,
            report,
            output=output,
            namespace=namespace,
            layer_ann=layer_ann,
            name=name,
            base_directory=base_directory,
        )


def reattach(
    report: ReportLike,
    model: Model,
    *,
    name: Optional[str] = None,
    base_directory: Optional[Path] = None,
) -> Report:
    """The report's findings on a model that was made of the report's own: by an optimiser, a converter, or by renaming.

    Nodes are found by what they compute, by the values that they write, and by their places; what several could be is
    not found. How much was found, and each group that was not, stands in the notes of code "reattached". UsageError: no
    group is found.
    """
    with Session() as session:
        return session.reattach(report, model, name=name, base_directory=base_directory)


@overload
def strip(model: Model, *, output: None = ..., name: Optional[str] = ...) -> bytes: ...


@overload
def strip(model: Model, *, output: Output, name: Optional[str] = ...) -> None: ...


def strip(model: Model, *, output: Optional[Output] = None, name: Optional[str] = None) -> Optional[bytes]:
    """The model without any "ramus." entry: byte for byte what was annotated. `output` is as for `annotate`."""
    with Session() as session:
        if output is None:
            return session.strip(model, name=name)
        return session.strip(model, output=output, name=name)


@overload
def rewrite(
    model: Model,
    form: str,
    *,
    output: None = ...,
    name: Optional[str] = ...,
    base_directory: Optional[Path] = ...,
) -> bytes: ...


@overload
def rewrite(
    model: Model,
    form: str,
    *,
    output: Output,
    name: Optional[str] = ...,
    base_directory: Optional[Path] = ...,
) -> None: ...


def rewrite(
    model: Model,
    form: str,
    *,
    output: Optional[Output] = None,
    name: Optional[str] = None,
    base_directory: Optional[Path] = None,
) -> Optional[bytes]:
    """A model of the same function, up to rounding, with its branches made visible. `output` is as for `annotate`.

    `form`: "normal" (constants become initializers, nodes that change nothing go, sums of sums become one Sum) or
    "parallel" (and every residual block writes into one sum; the log, level INFO, says where a stream is cut).
    UsageError: no such form, or a model with external data would leave its folder.
    """
    with Session() as session:
        if output is None:
            return session.rewrite(model, form, name=name, base_directory=base_directory)
        return session.rewrite(model, form, output=output, name=name, base_directory=base_directory)


def export(report: ReportLike, to: str) -> bytes:
    """A report, or its JSON, for another tool, as `ramus export` writes it.

    `to`: "netron", "netron-graph", "model-explorer", "model-explorer-branches", "model-explorer-scores",
    "model-explorer-streams", "html", "svg", "dot", "markdown", "cyclonedx", "prometheus", "text" or "json". UsageError: no
    such format; it names those there are.
    """
    with Session() as session:
        return session.export(report, to)


def explain() -> List[Dict[str, Any]]:
    """The rules of `check`: code, name, severity, summary, explanation, options."""
    table: List[Dict[str, Any]] = _json.loads(_written(_library().ramus_write_rules, None, b"json"))
    return table


def passes() -> List[Dict[str, Any]]:
    """The table of passes: name, kind, summary, and options with their defaults."""
    table: List[Dict[str, Any]] = _json.loads(_written(_library().ramus_write_passes, b"json"))
    return table
