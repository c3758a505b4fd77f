"""The ctypes mirror is what the header says: every struct, field, number and function."""

import ctypes
import re
import subprocess

import ramus
from conftest import SOURCE
from ramus import _abi

HEADER = re.sub(r"/\*.*?\*/", "", (SOURCE / "plugin/ramus.h").read_text(), flags=re.DOTALL)


def header_fields():
    """The fields of each struct, in order. The table of functions is for hosts that look up one symbol; ctypes finds all."""
    bodies = re.findall(r"typedef struct (ramus_\w+) \{(.*?)\} \1;", HEADER, re.DOTALL)
    return {name: re.findall(r"(\w+)(?:\[\d+\])?;", body) for name, body in bodies if name != "ramus_api"}


def test_every_struct_has_the_fields_of_the_header():
    mirrored = {name: [field for field, *_ in struct._fields_] for name, struct in _abi.STRUCTS.items()}
    assert mirrored == header_fields()


def test_sizes_and_offsets_are_those_of_the_compiler(compiled):
    lines = []
    for name, fields in header_fields().items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        lines += [
            f'printf("{name}.{field} %zu %zu\\n", offsetof({name}, {field}), sizeof((({name}*)0)->{field}));'
            for field in fields
        ]
    text = '#include <stdio.h>\n#include "plugin/ramus.h"\nint main(void) {' + "".join(lines) + "return 0; }"
    found = subprocess.run([compiled(text)], check=True, capture_output=True, text=True).stdout.splitlines()
    mirrored = []
    for name, struct in _abi.STRUCTS.items():
        mirrored.append(f"{name} {ctypes.sizeof(struct)}")
        for field, *_ in struct._fields_:
            place = getattr(struct, field)
            mirrored.append(f"{name}.{field} {place.offset} {place.size}")
    assert mirrored == found


def test_a_struct_begins_with_its_size():
    for struct in _abi.STRUCTS.values():
        assert struct().struct_size == ctypes.sizeof(struct)


def test_numbers_are_those_of_the_header():
    numbers = {name: int(value) for name, value in re.findall(r"\bRAMUS_(\w+) = (\d+)", HEADER)}
    assert numbers == {**_abi.STATUS, **{f"LOG_{name}": value for name, value in _abi.LOG.items()}}


def test_every_function_is_declared_with_as_many_parameters():
    declared = {}
    for name, parameters in re.findall(r"RAMUS_API [^;(]*?\b(ramus_\w+)\((.*?)\);", HEADER, re.DOTALL):
        declared[name] = 0 if parameters.strip() == "void" else parameters.count(",") + 1
    assert declared == {name: len(parameters) for name, (_, parameters) in _abi.FUNCTIONS.items()}


def test_versions_agree():
    major, minor, patch = re.findall(r"#define RAMUS_VERSION_\w+ (\d+)", HEADER)
    assert ramus.__version__ == f"{major}.{minor}.{patch}" == ramus.library_version()
    assert _abi.VERSION == (int(major), int(minor))
