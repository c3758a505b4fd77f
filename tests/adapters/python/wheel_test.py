"""A wheel, built and installed into a fresh virtual environment without a network, works from any folder."""

import importlib.util
import os
import subprocess
import sys

import pytest
import ramus
from conftest import BUILD, SOURCE

CHECK = """
import importlib.util, sys
import ramus

maps = open("/proc/self/maps").read()
assert "libramus" not in maps  # loaded when first called
report = ramus.analyze(open(sys.argv[1], "rb").read(), name=sys.argv[1], labels={"/Concat": {"odd": [1, 3]}})
places = {line.split()[-1] for line in open("/proc/self/maps") if "libramus" in line}
assert len(places) == 1 and places.pop().startswith(sys.prefix), places
assert ramus.__file__.startswith(sys.prefix)
for absent in ("numpy", "pandas", "onnx"):
    assert importlib.util.find_spec(absent) is None
assert ramus.strip(ramus.annotate(sys.argv[1])) == open(sys.argv[1], "rb").read()
print(report.table("enrichment").columns)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The bin folder of a virtual environment with the wheel in it."""
    for needed in ("pip", "setuptools", "wheel", "ensurepip"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    build = [SOURCE / "adapters/python/build_wheel.sh", BUILD, folder]
    subprocess.run(build, check=True, env={**os.environ, "PYTHON": sys.executable})
    (wheel,) = folder.glob("*.whl")
    assert wheel.name.startswith(f"ramus-{ramus.__version__}-py3-none-linux_")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    bin_folder = folder / "venv/bin"
    install = ["install", "-q", "--no-index", "--disable-pip-version-check", wheel]
    subprocess.run([bin_folder / "pip", *install], check=True)
    return bin_folder


def run(*arguments, cwd):
    """In an environment that knows nothing of the source tree."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RAMUS_", "PYTHON", "LD_LIBRARY"))}
    return subprocess.run(list(map(str, arguments)), cwd=cwd, env=kept, capture_output=True, text=True)


def test_the_package_works_without_anything_else(environment, example, tmp_path):
    result = run(environment / "python", "-c", CHECK, example, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "'family'" in result.stdout
    missing = run(environment / "python", "-c", "import ramus.onnx_ir_pass", cwd=tmp_path)
    assert "No module named 'onnx_ir'" in missing.stderr


def test_the_console_script_is_the_command(environment, example, whole, tmp_path):
    result = run(environment / "ramus", "analyze", example, "--format", "json", cwd=tmp_path)
    assert result.stdout.encode() == whole.json
    failed = run(environment / "ramus", "analyze", "none.onnx", cwd=tmp_path)
    assert (failed.returncode, failed.stdout) == (3, "") and failed.stderr.startswith("ramus: error: none.onnx")
    version = run(environment / "python", "-m", "ramus", "--version", cwd=tmp_path)
    assert version.stdout == f"ramus {ramus.__version__}\n"


def test_building_leaves_nothing_in_the_tree(environment):
    package = SOURCE / "adapters/python"
    assert not [path for kind in ("build", "*.egg-info", "*.whl", "ramus/lib") for path in package.glob(kind)]
