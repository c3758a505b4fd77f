"""Which libramus.so is loaded, and what is said where there is none."""

import os
import subprocess
import sys

from conftest import LIBRARY


def load(**environment):
    kept = {key: value for key, value in os.environ.items() if key != "RAMUS_LIBRARY"}
    program = (
        "import ramus\n"
        "try:\n    print(ramus.library_version())\n"
        "except ramus.LibraryError as error:\n    print('LibraryError:', error)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], env={**kept, **environment}, check=True, capture_output=True)
    return run.stdout.decode()


def test_named_by_the_environment():
    assert load(RAMUS_LIBRARY=str(LIBRARY)) == "0.1.0\n"
    said = load(RAMUS_LIBRARY="/none.so", LD_LIBRARY_PATH=str(LIBRARY.parent))
    assert said.startswith("LibraryError: libramus.so: /none.so")


def test_found_by_the_dynamic_linker():
    assert load(LD_LIBRARY_PATH=str(LIBRARY.parent)) == "0.1.0\n"


def test_found_by_pkg_config(tmp_path):
    (tmp_path / "ramus.pc").write_text(f"libdir={LIBRARY.parent}\nName: ramus\nDescription: -\nVersion: 0\n")
    assert load(PKG_CONFIG_PATH=str(tmp_path)) == "0.1.0\n"


def test_another_library(tmp_path):
    assert "is not the libramus.so of this package" in load(RAMUS_LIBRARY="libc.so.6")
    symbols = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
    names = {line.split()[2].split("@")[0] for line in symbols.splitlines() if " T " in line} - {"ramus_version"}
    text = 'const char* ramus_version(void) { return "9.1.0"; }' + "".join(f"void {name}(void) {{}}" for name in names)
    (tmp_path / "newer.c").write_text(text)
    newer = tmp_path / "libnewer.so"
    subprocess.run(["cc", "-shared", "-fPIC", tmp_path / "newer.c", "-o", newer], check=True)
    assert load(RAMUS_LIBRARY=str(newer)) == f"LibraryError: {newer}: is version 9.1.0, and this package needs 0.1\n"


def test_none(tmp_path):
    said = load(PKG_CONFIG_PATH=str(tmp_path))
    assert said.startswith("LibraryError: libramus.so: libramus.so.0: cannot open") and "set RAMUS_LIBRARY" in said
    assert said.count("\n") == 1
