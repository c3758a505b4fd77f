"""What the library found: its JSON, byte for byte as the command writes it, and the ways to look at it.

    report.json                           the bytes; report.data the same as dicts and lists, parsed when asked for
    report.groups, report.factors ...     the parts, as the JSON Schema names them (share/ramus/report.schema.json)
    report.table("branches").to_pandas()  rows of scalars; report.table_names lists them
    report.factors[0].left_array()        vectors as NumPy arrays
    report.text()                         the summary that `ramus analyze` prints
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Union

from . import tables
from .errors import InvalidInputError, UsageError

if TYPE_CHECKING:
    import numpy

_Path = Union[str, "os.PathLike[str]"]


def _parsed(text: bytes, schema: str) -> Dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"report: is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != schema:
        raise InvalidInputError(f"report: is not of schema {schema}")
    return data


class _Document:
    """JSON of one schema."""

    schema = ""

    def __init__(self, json: bytes) -> None:
        self.json = bytes(json)
        self._data: Optional[Dict[str, Any]] = None

    @property
    def data(self) -> Dict[str, Any]:
        """InvalidInputError: it is not JSON of this schema."""
        if self._data is None:
            self._data = _parsed(self.json, self.schema)
        return self._data

    def save(self, path: _Path) -> None:
        with open(path, "wb") as file:
            file.write(self.json)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.json == other.json  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self.json)


class Factors(Dict[str, Any]):
    """The factors of one pair of layers: an entry of the report's "factors".

    Arrays are made from the JSON's numbers when they are asked for, each by one conversion; vectors have six digits.
    """

    def sigma_array(self) -> numpy.ndarray[Any, Any]:
        """[factors] singular values, decreasing."""
        return self._array("sigma", 1)

    def left_array(self) -> numpy.ndarray[Any, Any]:
        """[kept factors, rows]: over the units of layer `to`."""
        return self._array("left", 2)

    def right_array(self) -> numpy.ndarray[Any, Any]:
        """[kept factors, columns]: over the units of layer `from`."""
        return self._array("right", 2)

    def _array(self, key: str, dimensions: int) -> numpy.ndarray[Any, Any]:
        import numpy

        if key not in self:
            raise KeyError(f"{key}: is that of {self['same_as']}" if "same_as" in self else key)
        empty = (0,) if dimensions == 1 else (0, self["rows" if key == "left" else "columns"])
        array: numpy.ndarray[Any, Any] = numpy.array(self[key], dtype=numpy.float64)
        return array if self[key] else array.reshape(empty)


class Report(_Document):
    """An analysis of one model (schema ramus.report/1)."""

    schema = "ramus.report/1"

    @classmethod
    def load(cls, path: _Path) -> Report:
        """A report that `save` or the command wrote. InvalidInputError: it cannot be read, or is none."""
        try:
            with open(path, "rb") as file:
                report = cls(file.read())
        except OSError as error:
            raise InvalidInputError(f"{os.fspath(path)}: {error.strerror}") from None
        _ = report.data
        return report

    def export(self, to: str) -> bytes:
        """For another tool: see `ramus.export`."""
        from .session import Session

        with Session(threads=1) as session:
            return session.export(self, to)

    def text(self) -> str:
        """The summary to read in a minute."""
        from .session import Session

        with Session(threads=1) as session:
            return session.text(self)

    @property
    def table_names(self) -> Tuple[str, ...]:
        return tables.NAMES

    def table(self, name: str) -> tables.Table:
        """Rows of scalars. KeyError: no such table."""
        return tables.table_of(self.data, name)

    @property
    def model(self) -> Dict[str, Any]:
        part: Dict[str, Any] = self.data["model"]
        return part

    @property
    def options(self) -> Dict[str, str]:
        part: Dict[str, str] = self.data["options"]
        return part

    @property
    def factors(self) -> List[Factors]:
        return [Factors(entry) for entry in self._list("factors")]

    @property
    def groups(self) -> List[Dict[str, Any]]:
        return self._list("groups")

    @property
    def branches(self) -> List[Dict[str, Any]]:
        """Of all groups, in their order; `table("branches")` says whose."""
        return [branch for group in self.groups for branch in group["branches"]]

    @property
    def streams(self) -> List[Dict[str, Any]]:
        return self._list("streams")

    @property
    def latent(self) -> List[Dict[str, Any]]:
        return self._list("latent")

    @property
    def features(self) -> List[Dict[str, Any]]:
        return self._list("features")

    @property
    def specialization(self) -> List[Dict[str, Any]]:
        return self._list("specialization")

    @property
    def modularity(self) -> List[Dict[str, Any]]:
        return self._list("modularity")

    @property
    def notes(self) -> List[Dict[str, Any]]:
        return self._list("notes")

    def _list(self, part: str) -> List[Dict[str, Any]]:
        entries: List[Dict[str, Any]] = self.data[part]
        return entries

    def __repr__(self) -> str:
        return f"<ramus.Report of {self.model['path']!r}: {len(self.groups)} groups, {len(self.branches)} branches>"


class Comparison(_Document):
    """Models, each against the first (schema ramus.comparison/1)."""

    schema = "ramus.comparison/1"

    def __init__(self, json: bytes, text: bytes) -> None:
        super().__init__(json)
        self._text = text.decode("utf-8")

    def text(self) -> str:
        """The summary that `ramus compare` prints."""
        return self._text

    @property
    def models(self) -> List[Dict[str, Any]]:
        part: List[Dict[str, Any]] = self.data["models"]
        return part

    @property
    def comparisons(self) -> List[Dict[str, Any]]:
        """One for each model but the first."""
        part: List[Dict[str, Any]] = self.data["comparisons"]
        return part

    @property
    def profiles(self) -> List[Dict[str, Any]]:
        part: List[Dict[str, Any]] = self.data["profiles"]
        return part

    def table(self) -> tables.Table:
        """A row for each pair of groups: model, names, p and q of whether its specialization recurs."""
        return tables.Table(
            {"model": comparison["model"], **tables.flat(group)}
            for comparison in self.comparisons
            for group in comparison["groups"]
        )

    def __repr__(self) -> str:
        return f"<ramus.Comparison of {', '.join(repr(model['path']) for model in self.models)}>"


class Checks(_Document):
    """What rules found in models (schema ramus.checks/1, share/ramus/checks.schema.json)."""

    schema = "ramus.checks/1"

    def __init__(self, json: bytes, written: Dict[str, bytes], found: int) -> None:
        super().__init__(json)
        self._written = written
        self.found = found  # findings at or above `fail_on`: those that make the exit status of the command 1

    @property
    def models(self) -> List[Dict[str, Any]]:
        """In the order given: path, and findings, ignored, accepted and rules, or failure: why it could not be checked."""
        part: List[Dict[str, Any]] = self.data["models"]
        return part

    @property
    def findings(self) -> List[Dict[str, Any]]:
        """Of all models, each with its "model"; those about the settings come last, without one."""
        of_settings: List[Dict[str, Any]] = self.data["settings"]
        return [
            {"model": model["path"], **finding} for model in self.models for finding in model.get("findings", ())
        ] + of_settings

    @property
    def failures(self) -> Dict[str, str]:
        """Why models could not be checked, by path."""
        return {model["path"]: model["failure"] for model in self.models if "failure" in model}

    def text(self) -> str:
        """What `ramus check` prints."""
        return self.export("text").decode("utf-8")

    def export(self, to: str) -> bytes:
        """As `ramus check --format` writes it: "sarif", "github", "junit", "text" or "json"; "baseline" where it was
        asked for. ValueError: another one.
        """
        if to == "json":
            return self.json
        if to not in self._written:
            known = ", ".join(["json", *self._written])
            raise UsageError(f"format '{to}': there are {known}")
        return self._written[to]

    def table(self) -> tables.Table:
        """A row for each finding: model, code, severity, message, kind and name of its place."""
        return tables.Table(
            {
                "model": finding.get("model"),
                "code": finding["code"],
                "severity": finding["severity"],
                "place": finding["place"]["kind"],
                "name": finding["place"]["name"],
                "message": finding["message"],
            }
            for finding in self.findings
        )

    def __repr__(self) -> str:
        return f"<ramus.Checks of {len(self.models)} models: {len(self.findings)} findings>"
