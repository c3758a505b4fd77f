"""Every real model is analysed, with all passes and few permutations: exit status 0, and no line on standard error.

usage: real_models_test.py RAMUS SHARED_DIR
"""

import glob
import os
import subprocess
import sys

SKIP = 77
WITHOUT_ITS_DATA = {"phi4mm_speech_graph.onnx"}
FEW = ["--set", "factors.permutations=0", "--set", "latent-branches.entries=1024",
       "--set", "modularity.permutations=2", "--set", "modularity.cluster_permutations=2"]


def main():
    ramus, models = sys.argv[1], os.path.join(sys.argv[2], "models")
    paths = sorted(glob.glob(os.path.join(models, "*.onnx")) + glob.glob(os.path.join(models, "trained", "*.onnx")))
    if not paths:
        print(f"{models} is not there")
        sys.exit(SKIP)
    wrong = 0
    for path in paths:
        command = [ramus, "analyze", path, "--format", "json", "--quiet", *FEW]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        expected = 3 if os.path.basename(path) in WITHOUT_ITS_DATA else 0
        if done.returncode != expected or (expected == 0 and done.stderr):
            print(f"{os.path.basename(path)}: exit {done.returncode}: {done.stderr.strip()}")
            wrong += 1
    print(f"{len(paths)} models, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
