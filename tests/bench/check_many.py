"""How long `ramus check` takes for many small models in one call, and how much memory.

usage: check_many.py RAMUS MODEL [COUNT]

Copies of a model whose first initializer differs, COUNT of them (1000). Printed beside it: one call for each of 50 of them, which
is what a pipeline without such a call does, and the peer that every pipeline runs, onnx.checker, over all.
"""

import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
from onnx import numpy_helper

ramus, source, count = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1000
model = onnx.load(source)
first = model.graph.initializer[0]
values = numpy_helper.to_array(first).copy()
with tempfile.TemporaryDirectory() as folder:
    paths = []
    for place in range(count):
        first.CopyFrom(numpy_helper.from_array(values + np.asarray(place * 1e-3, values.dtype), first.name))
        paths.append(pathlib.Path(folder) / f"{place:05}.onnx")
        onnx.save(model, paths[-1])

    def run(models):
        begin = time.perf_counter()
        done = subprocess.run([ramus, "check", "--quiet", *map(str, models)], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024

    tenth, small = run(paths[: max(count // 10, 1)])
    whole, large = run(paths)
    single = sum(run([path])[0] for path in paths[:50]) / 50
    begin = time.perf_counter()
    for path in paths:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    checker = time.perf_counter() - begin
    print(f"{count} models in one call: {whole:.1f} s, {1000 * whole / count:.1f} ms each")
    print(f"  against one call each: {single * count / whole:.2f} times as fast")
    print(f"  against onnx.checker (full, in one process): {whole / checker:.1f} times as long")
    print(f"  a tenth of them: {tenth:.1f} s, so ten times as many take {whole / tenth:.1f} times as long")
    print(f"  peak memory: {small:.0f} MB for a tenth, {large:.0f} MB for all")
