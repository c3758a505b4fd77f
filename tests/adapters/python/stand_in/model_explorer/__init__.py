"""The part of Model Explorer's extension interface that ours uses: names, fields, and the conversion of what comes back."""

import dataclasses
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, List, Optional


@dataclass
class AdapterMetadata:
    id: str = ""
    name: str = ""
    description: str = ""
    source_repo: str = ""
    fileExts: List[str] = field(default_factory=list)


@dataclass
class NodeDataProviderFilter:
    modelFileExts: Optional[List[str]] = None
    adapterIds: Optional[List[str]] = None


@dataclass
class NodeDataProviderMetadata:
    id: str = ""
    name: str = ""
    description: str = ""
    source_repo: str = ""
    icon: str = "extension"
    filter: Optional[NodeDataProviderFilter] = None


@dataclass
class NodeDataProviderResult:
    result: Any = None
    error: str = ""


@dataclass
class GetConfigEditorsResult:
    configEditors: Any = None
    error: str = ""


@dataclass
class _GraphCollection:
    label: str
    graphs: list = field(default_factory=list)


@dataclass
class _GraphNodeData:
    results: dict
    name: Optional[str] = None
    thresholds: list = field(default_factory=list)
    gradient: list = field(default_factory=list)
    hideInAggregatedStatsTable: bool = False
    hideInChildrenStatsTable: bool = False
    hideAggregatedStats: Optional[list] = None
    showExpandedSummaryOnGroupNode: bool = False
    showLabelCountColumnsInChildrenStatsTable: bool = False


class Adapter:
    pass


class NodeDataProvider:
    pass


ModelExplorerGraphs = dict
graph_builder = SimpleNamespace(GraphCollection=_GraphCollection)
node_data_builder = SimpleNamespace(GraphNodeData=_GraphNodeData)


def sent(answer):
    """What the server makes of an answer before it goes to the page."""
    if isinstance(answer, dict):
        return {"graphCollections": [dataclasses.asdict(each) for each in answer["graphCollections"]]}
    return dataclasses.asdict(answer)
