"""Ramus as a pass of onnx_ir, for its pass manager, onnxscript and Olive. Needs onnx_ir.

    import onnx_ir as ir
    from ramus.onnx_ir_pass import AnnotatePass

    annotate = AnnotatePass()
    ir.passes.PassManager([annotate])(model)
    annotate.report.table("branches")
"""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, MutableMapping, Optional, Tuple

import onnx_ir as ir  # type: ignore[import]

from ._arguments import Path, bytes_of
from .errors import UsageError
from .report import Report
from .session import Progress, Session

_PREFIX = "ramus."


class AnnotatePass(ir.passes.InPlacePass):  # type: ignore[misc]
    """Writes the findings into the metadata_props of model, graphs, nodes and weights; nothing else changes.

    Entries of an earlier run are replaced; `modified` says whether any entry is another than before. `analysis`:
    labels, features, passes, settings and seed, as for `ramus.analyze`. `base_directory`: where external weights lie;
    without it, where the model's external tensors say. `report` is that of the last model.
    """

    def __init__(
        self,
        *,
        threads: int = 0,
        progress: Optional[Progress] = None,
        base_directory: Optional[Path] = None,
        name: Optional[str] = None,
        **analysis: Any,
    ) -> None:
        super().__init__()
        self._session = {"threads": threads, "progress": progress}
        self._base_directory = base_directory
        self._name = name
        self._analysis = analysis
        self.report: Optional[Report] = None

    def call(self, model: Any) -> Any:
        proto = ir.to_proto(model)
        data = bytes_of(proto)
        place: Dict[str, Any] = {"name": self._name, "base_directory": self._base_directory or _folder_of(model)}
        with Session(**self._session) as session:  # type: ignore[arg-type]
            self.report = session.analyze(data, **place, **self._analysis)
            annotated = session.annotate(data, self.report, **place)
        twin = ir.from_proto(type(proto).FromString(annotated))
        changes = [_take_over(old, new) for old, new in zip(_metadata_of(model), _metadata_of(twin))]
        return ir.passes.PassResult(model, modified=any(changes))


_Metadata = MutableMapping[str, str]


def _metadata_of(model: Any) -> Iterator[_Metadata]:
    """Of everything that Ramus writes into, in the order of the file."""
    yield model.metadata_props
    yield model.graph.metadata_props
    for _, tensor in _weights_of(model):
        yield tensor.metadata_props
    entered = {id(model.graph)}
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        if id(node.graph) not in entered:
            entered.add(id(node.graph))
            yield node.graph.metadata_props
        yield node.metadata_props


def _weights_of(model: Any) -> Iterator[Tuple[str, Any]]:
    for name, value in model.graph.initializers.items():
        if value.const_value is not None:
            yield name, value.const_value


def _take_over(old: _Metadata, new: _Metadata) -> bool:
    """The entries of Ramus from `new` in place of those in `old`. Whether that changed anything."""
    ours = {key: text for key, text in new.items() if key.startswith(_PREFIX)}
    before = {key: text for key, text in old.items() if key.startswith(_PREFIX)}
    if ours == before:
        return False
    for key in before:
        del old[key]
    old.update(ours)
    return True


def _folder_of(model: Any) -> Optional[Path]:
    """Where all external weights of the main graph lie; None where there are none."""
    tensors = [tensor for _, tensor in _weights_of(model) if isinstance(tensor, ir.ExternalTensor)]
    folders = {os.fspath(tensor.base_dir) or "." for tensor in tensors}
    if len(folders) > 1:
        raise UsageError(f"model: external weights lie in {len(folders)} folders; put them into one")
    return folders.pop() if folders else None
