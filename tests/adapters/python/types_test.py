"""The type hints hold, inside the package and for those who use it."""

import subprocess
import sys

import pytest
from conftest import SOURCE

USE = """
import ramus

report = ramus.analyze("model.onnx", labels={"conv1": {"dark": [1, 2]}}, settings={"factors.k": 3})
reveal_type(ramus.annotate(b"", report))
reveal_type(ramus.strip("model.onnx", output="out.onnx"))
reveal_type(report.table("branches").column("name"))
ramus.rewrite("model.onnx", 3)
"""


def mypy(*arguments, folder):
    pytest.importorskip("mypy")
    config = SOURCE / "adapters/python/pyproject.toml"
    run = [sys.executable, "-m", "mypy", "--config-file", config, "--cache-dir", folder / "cache", *arguments]
    return subprocess.run(run, cwd=SOURCE / "adapters/python", capture_output=True, text=True)


def test_mypy_has_no_objection(tmp_path):
    result = mypy("ramus", folder=tmp_path)
    assert result.returncode == 0, result.stdout
    (tmp_path / "use.py").write_text(USE)
    lines = mypy(tmp_path / "use.py", folder=tmp_path).stdout.splitlines()
    assert ['"builtins.bytes"', '"None"', '"builtins.list[Any]"'] == [
        line.split("Revealed type is ")[1] for line in lines if "Revealed type" in line
    ]
    (error,) = (line for line in lines if "error:" in line)
    assert '"rewrite"' in error and '"int"' in error
