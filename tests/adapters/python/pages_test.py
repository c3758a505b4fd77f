"""What the pages show in Python runs, and prints what they say it prints."""

import contextlib
import io
import os
import re
import shutil

import pytest
from conftest import SOURCE


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (SOURCE / page).read_text(), re.DOTALL)


def printed(program, folder):
    out = io.StringIO()
    before = os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out):
            exec(program, {"__name__": "page"})
    finally:
        os.chdir(before)
    return out.getvalue()


def test_the_readme_prints_what_it_shows():
    (program,) = blocks("README.md", "python")
    shown = (SOURCE / "README.md").read_text().split(program)[1].split("```\n")[2]
    assert shown and printed(program, SOURCE) == shown


def test_the_page_of_the_package_runs(example, other, tmp_path, onnx):
    pytest.importorskip("pandas")
    shutil.copy(example, tmp_path / "model.onnx")
    shutil.copy(other, tmp_path / "other.onnx")
    program = "".join(blocks("adapters/python/README.md", "python"))
    assert printed(program, tmp_path)
    assert (tmp_path / "annotated.onnx").exists()
