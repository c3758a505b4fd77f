"""ONNX models with their branches as layers, and node data that says what holds a node and how much that specialises.

The adapter converts the whole model: every branch is a layer that folds, residual streams are overlays of edges. The
providers add node data to a model opened by any adapter whose node ids are ONNX node names, this one or model-explorer-onnx.
A model is analysed once for all of them, by default settings.
"""

from __future__ import annotations

import functools
import json
import os
from typing import Any, Dict

from model_explorer import (  # type: ignore[import]
    Adapter,
    AdapterMetadata,
    GetConfigEditorsResult,
    ModelExplorerGraphs,
    NodeDataProvider,
    NodeDataProviderFilter,
    NodeDataProviderMetadata,
    NodeDataProviderResult,
    graph_builder,
    node_data_builder,
)

import ramus

_SOURCE = "adapters/python of Ramus"
_BRANCHES, _SCORES = "ramus_branches", "ramus_scores"
_FORMAT = {_BRANCHES: "model-explorer-branches", _SCORES: "model-explorer-scores"}


@functools.lru_cache(maxsize=4)
def _analysed(path: str, _modified: int, _size: int) -> ramus.Report:
    return ramus.analyze(path)


def _exported(path: str, to: str) -> Any:
    state = os.stat(path)
    return json.loads(_analysed(path, state.st_mtime_ns, state.st_size).export(to))


class BranchAdapter(Adapter):  # type: ignore[misc]
    """ONNX with branches as layers."""

    metadata = AdapterMetadata(
        id="ramus",
        name="ONNX with branches (Ramus)",
        description="Branches and residual streams of ONNX models, found in the graph",
        source_repo=_SOURCE,
        fileExts=["onnx"],
    )

    def __init__(self) -> None:
        super().__init__()

    def convert(self, model_path: str, settings: Dict[str, Any]) -> ModelExplorerGraphs:
        top = _exported(model_path, "model-explorer")
        collection = graph_builder.GraphCollection(label=os.path.basename(model_path), graphs=top["graphs"])
        return {"graphCollections": [collection]}


class BranchData(NodeDataProvider):  # type: ignore[misc]
    """The branch that holds a node, or how much that branch specialises."""

    metadata = [
        NodeDataProviderMetadata(
            id=provider, name=name, description=description, source_repo=_SOURCE, icon=icon,
            filter=NodeDataProviderFilter(modelFileExts=["onnx"]),
        )
        for provider, name, description, icon in (
            (_BRANCHES, "Branches (Ramus)", "The innermost branch that holds a node", "account_tree"),
            (_SCORES, "Specialization (Ramus)", "How much the branch that holds a node specialises, 0 to 1", "hub"),
        )
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()

    def get_config_editors(self, provider_id: str) -> GetConfigEditorsResult:
        return GetConfigEditorsResult(configEditors=[])

    def run(
        self, provider_id: str, model_path: str, graph_id: str, config_values: Dict[str, Any], graph: Any = None
    ) -> NodeDataProviderResult:
        try:
            of_graphs = _exported(model_path, _FORMAT[provider_id])
        except (ramus.RamusError, OSError) as error:
            return NodeDataProviderResult(error=str(error))
        # Another adapter may call the main graph, which stands first, by another name.
        of_graph = of_graphs.get(graph_id) or next(iter(of_graphs.values()), None)
        if of_graph is None:
            return NodeDataProviderResult(error=f"{model_path}: nothing to show: no branches, or none with a score")
        return NodeDataProviderResult(result=node_data_builder.GraphNodeData(**of_graph))
