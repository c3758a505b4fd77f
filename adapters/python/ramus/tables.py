"""A report as tables: a row holds numbers, texts and nothing else, so that pandas, csv or sqlite take it as it is.

    groups[3].branches[1].units.begin   ->   table "branches", column "units.begin", beside the column "group"

A table is made of a list in the report, at whatever depth; what stands around the list comes first, as ids. Inside an
entry, an object becomes columns with dots, a list of texts one text with ';' between, a kernel its height and width.
Other lists stay in the report: they are tables of their own, or vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, Tuple

if TYPE_CHECKING:
    import pandas  # type: ignore[import]

Scalar = Any  # str, int, float, bool or None
Row = Dict[str, Scalar]
_Data = Mapping[str, Any]

_PAIRS = {"kernel": ("height", "width"), "field": ("height", "width")}


class Table(List[Row]):
    """Rows that all have the same columns, in the same order; None where the report says nothing."""

    def __init__(self, rows: Iterator[Row]) -> None:
        gathered = list(rows)
        columns: Dict[str, Scalar] = {}
        for row in gathered:
            columns.update(dict.fromkeys(row))
        self.columns: Tuple[str, ...] = tuple(columns)
        super().__init__({**columns, **row} for row in gathered)

    def column(self, name: str) -> List[Scalar]:
        return [row[name] for row in self]

    def to_pandas(self) -> pandas.DataFrame:
        """Needs pandas."""
        import pandas  # type: ignore[import]

        return pandas.DataFrame(list(self), columns=list(self.columns))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def flat(entry: _Data, prefix: str = "") -> Row:
    """The scalars of an entry."""
    row: Row = {}
    for key, value in entry.items():
        name = prefix + key
        if _is_scalar(value):
            row[name] = value
        elif isinstance(value, Mapping):
            row.update(flat(value, name + "."))
        elif key in _PAIRS and len(value) == 2 and all(map(_is_scalar, value)):
            row.update(zip((f"{name}.{side}" for side in _PAIRS[key]), value))
        elif value and all(isinstance(item, str) for item in value):
            row[name] = ";".join(value)
    return row


def _walk(entries: List[Any], path: Tuple[str, ...], around: Row) -> Iterator[Tuple[Row, _Data]]:
    """Each entry at the end of the path, with the ids of those that hold it."""
    name, *rest = path
    for entry in entries:
        if not rest:
            yield around, entry
            continue
        held = dict(around)
        held[_SINGULAR.get(name, name)] = entry.get("id", entry.get(_SINGULAR.get(name, "")))
        if "graph" in entry:
            held["graph"] = entry["graph"]
        yield from _walk(_list_in(entry, rest[0]), tuple(rest), held)


def _list_in(entry: _Data, dotted: str) -> List[Any]:
    value: Any = entry
    for key in dotted.split("."):
        value = value.get(key, {})
    return list(value)


_SINGULAR = {
    "groups": "group",
    "branches": "branch",
    "streams": "stream",
    "factors": "wiring",
    "specialization": "group",
}

# Tables that are a list of the report.
_LISTS: Dict[str, Tuple[str, ...]] = {
    "groups": ("groups",),
    "branches": ("groups", "branches"),
    "streams": ("streams",),
    "blocks": ("streams", "blocks"),
    "composition": ("streams", "composition"),
    "wirings": ("factors",),
    "meaning": ("factors", "meaning"),
    "latent": ("latent",),
    "specialization": ("specialization",),
    "group_features": ("specialization", "features"),
    "branch_scores": ("specialization", "branches"),
    "enrichment": ("specialization", "branches", "enrichment"),
    "branch_features": ("specialization", "branches", "features"),
    "factor_shares": ("specialization", "branches", "factors"),
    "reads": ("specialization", "wiring.reads"),
    "modularity": ("modularity",),
    "notes": ("notes",),
}


def _factors(data: _Data) -> Iterator[Row]:
    """One row for each factor of each pair of layers, with the feature that names it."""
    for entry in data["factors"]:
        named = {meaning["factor"]: meaning for meaning in entry["meaning"] if meaning["named"]}
        around = {"wiring": entry["id"], **{key: entry[key] for key in ("graph", "from", "to") if key in entry}}
        for factor, (sigma, energy, p) in enumerate(zip(entry["sigma"], entry["energy"], entry["p"])):
            name = named.get(factor, {})
            yield {
                **around,
                "factor": factor,
                "sigma": sigma,
                "energy": energy,
                "p": p,
                "significant": factor < entry["significant"],
                "feature": name.get("feature"),
                "pearson": name.get("pearson"),
            }


def _units(data: _Data) -> Iterator[Row]:
    """One row for each unit that belongs to a factor, at either side of a pair of layers."""
    for entry in data["factors"]:
        for side, units in entry.get("assignment", {}).items():
            for unit in units:
                yield {"wiring": entry["id"], "side": side, "layer": entry[side], **unit}


def _unit_features(data: _Data) -> Iterator[Row]:
    """One row for each unit of each layer, a column for each feature that is known somewhere."""
    for entry in data["features"]:
        lists = {key: value for key, value in entry.items() if isinstance(value, list) and key != "field"}
        for unit in range(entry["units"]):
            row: Row = {key: entry[key] for key in ("layer", "graph") if key in entry}
            row["unit"] = unit
            row.update((feature, values[unit]) for feature, values in lists.items())
            yield row


_MADE: Dict[str, Callable[[_Data], Iterator[Row]]] = {
    "factors": _factors,
    "units": _units,
    "unit_features": _unit_features,
}

NAMES: Tuple[str, ...] = (*_LISTS, *_MADE)


def table_of(data: _Data, name: str) -> Table:
    """KeyError: no such table."""
    if name in _MADE:
        return Table(_MADE[name](data))
    path = _LISTS[name]
    return Table({**around, **flat(entry)} for around, entry in _walk(_list_in(data, path[0]), path, {}))
