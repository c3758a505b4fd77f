"""What the tests of the Python package share: where things are, and the command to compare with."""

import os
import pathlib
import subprocess

import pytest
import ramus

SOURCE = pathlib.Path(os.environ["RAMUS_TEST_SOURCE"])
BUILD = pathlib.Path(os.environ["RAMUS_TEST_BUILD"])
COMMAND = os.environ["RAMUS_TEST_COMMAND"]
SHARED = pathlib.Path(os.environ["RAMUS_TEST_SHARED"])
LIBRARY = pathlib.Path(os.environ["RAMUS_LIBRARY"])
EXAMPLES = SOURCE / "examples/models"


@pytest.fixture
def example():
    return str(EXAMPLES / "two_branch_tin32bn_s3.onnx")


@pytest.fixture
def other():
    return str(EXAMPLES / "two_branch_tin32bn_s1.onnx")


@pytest.fixture(scope="session")
def whole():
    """The report of the example by default."""
    return ramus.analyze(EXAMPLES / "two_branch_tin32bn_s3.onnx")


@pytest.fixture
def onnx():
    return pytest.importorskip("onnx")


@pytest.fixture
def command():
    def run(*arguments, **options):
        return subprocess.run([COMMAND, *map(str, arguments)], check=True, capture_output=True, **options).stdout

    return run


@pytest.fixture
def compiled(tmp_path):
    """A C program of the given text, linked with the library."""

    def compile_program(text, name="program"):
        source, program = tmp_path / f"{name}.c", tmp_path / name
        source.write_text(text)
        subprocess.run(
            ["cc", "-std=c11", "-I", SOURCE, source, LIBRARY, f"-Wl,-rpath,{LIBRARY.parent}", "-o", program], check=True
        )
        return str(program)

    return compile_program
