"""libramus.so and Debian's python3-onnx in one process: both bring the official library and protobuf, in either order.

Each then does its work on what the other made: Ramus annotates a model, the checker of onnx accepts it, onnx writes it
anew, Ramus takes its annotations out again.

usage: beside_onnx_test.py ramus-first|onnx-first libramus.so MODEL.onnx...
"""

import ctypes
import os
import sys

SKIPPED = 77
order, library, *models = sys.argv[1:]
WRITER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


def import_onnx():
    try:
        import onnx
    except ImportError:
        print("SKIPPED: python3-onnx is not installed")
        sys.exit(SKIPPED)
    return onnx


if order == "ramus-first":
    ramus = ctypes.CDLL(library)
    onnx = import_onnx()
else:
    onnx = import_onnx()
    ramus = ctypes.CDLL(library)
ramus.ramus_version.restype = ctypes.c_char_p
print(f"ramus {ramus.ramus_version().decode()}, onnx {onnx.__version__}, {order}")


def made(function, *arguments):
    """What a function hands out through its last out-parameter."""
    handle = ctypes.c_void_p()
    status = function(*arguments, ctypes.byref(handle), None)
    assert status == 0, f"{function.__name__}: {status}"
    return handle


def written(function, *arguments):
    pieces = []

    def take(_, data, size):
        pieces.append(ctypes.string_at(data, size))
        return 0

    status = function(*arguments, WRITER(take), None, None)
    assert status == 0, f"{function.__name__}: {status}"
    return b"".join(pieces)


def opened(data):
    return made(ramus.ramus_model_open_memory, session, data, ctypes.c_size_t(len(data)), None)


def work_together(original):
    model = opened(original)
    report = made(ramus.ramus_analyze, model, None)
    assert b'"groups"' in written(ramus.ramus_report_write, report, b"json")

    annotated = onnx.load_model_from_string(written(ramus.ramus_annotate, model, report, None))
    onnx.checker.check_model(annotated)
    assert any(entry.key == "ramus.report" for entry in annotated.metadata_props)
    anew = annotated.SerializeToString()  # Ramus borrows it for as long as the model is open
    rewritten = opened(anew)
    stripped = written(ramus.ramus_strip, rewritten)
    assert onnx.load_model_from_string(stripped) == onnx.load_model_from_string(original)

    for handle in (rewritten, model):
        ramus.ramus_model_destroy(handle)
    ramus.ramus_report_destroy(report)


session = made(ramus.ramus_session_create, None)
missing = [path for path in models if not os.path.exists(path)]
for path in models:
    if path not in missing:
        with open(path, "rb") as file:
            work_together(file.read())
        print("ok", path)
ramus.ramus_session_destroy(session)
if missing:
    print("SKIPPED:", *missing, "is not there")
    sys.exit(SKIPPED)
