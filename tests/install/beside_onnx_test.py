"""libramus.so and Debian's python3-onnx in one process: both bring protobuf, in either order of loading.

usage: beside_onnx_test.py libramus.so MODEL.onnx ramus-first|onnx-first
"""

import ctypes
import sys

SKIPPED = 77
library, model, order = sys.argv[1:]


def use_ramus():
    ramus = ctypes.CDLL(library)
    ramus.ramus_version.restype = ctypes.c_char_p
    print("ramus", ramus.ramus_version().decode())
    return ramus


def use_onnx():
    try:
        import onnx
    except ImportError:
        print("SKIPPED: python3-onnx is not installed")
        sys.exit(SKIPPED)
    print("onnx", onnx.__version__)
    return onnx


if order == "ramus-first":
    ramus, onnx = use_ramus(), use_onnx()
else:
    onnx, ramus = use_onnx(), use_ramus()
