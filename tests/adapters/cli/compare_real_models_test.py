"""Real models compared: each with itself differs in nothing, and seeds whose split is known recur or do not.

usage: compare_real_models_test.py RAMUS SHARED_DIR
"""

import json
import pathlib
import subprocess
import sys

SKIP = 77
# First model, other model, which branch of the other is branch 0 of the first, and whether the split recurs.
SEEDS = [
    ("two_branch_tin32bn_s1", "two_branch_tin32bn_s3", 1, True),
    ("two_branch_tin32bn_s3", "two_branch_tin32bn_s1", 1, True),
    ("two_branch_tin32bn_s1", "two_branch_tin32bn_s2", None, False),
    ("two_branch_tin32bn_s3", "two_branch_tin32bn_s2", None, False),
]
FORMS = ["two_branch_tin32bn_s1", "two_branch_tin32bn_s3", "two_branch_inette_s0", "four_branch_tin32bn_s1"]

ramus, models = sys.argv[1], pathlib.Path(sys.argv[2]) / "models"
trained = models / "trained"
problems = []


def compare(*arguments):
    done = subprocess.run([ramus, "compare", *arguments, "--format", "json"], capture_output=True, timeout=120)
    if done.returncode:
        problems.append(f"{arguments}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
        return None
    return json.loads(done.stdout)


def differs(group):
    moved = any(pair["first"] != pair["other"] for pair in group["branches"])
    return moved or group["differences"] or group["only_first"] or group["only_other"] or group["first"] != group["other"]


def first_group(a, b):
    return compare(trained / f"{a}.onnx", trained / f"{b}.onnx")["comparisons"][0]["groups"][0]


paths = sorted([*models.glob("*.onnx"), *trained.glob("*.onnx")])
if not paths:
    print(f"{models} is not there")
    sys.exit(SKIP)
for path in paths:
    whole = compare(path, path, "--passes", "residual-streams")
    found = whole["comparisons"][0] if whole else None
    if found and (any(map(differs, found["groups"])) or found["only_first"] or found["only_other"] or found["operators"]):
        problems.append(f"{path.name}: differs from itself")
for a, b, branch, recurs in SEEDS:
    group = first_group(a, b)
    if (group["profile"]["p"] <= 0.05) != recurs:
        problems.append(f"{a} and {b}: p {group['profile']['p']}")
    if branch is not None and not group["branches"][0]["other"]["id"].endswith(f".b{branch}"):
        problems.append(f"{a} and {b}: {group['branches']}")
for name in FORMS:
    group = first_group(name, f"{name}_grouped")
    if group["likeness"] != "form" or group["profile"]["correlation"] < 0.999999:
        problems.append(f"{name}: the grouped form has another profile: {group['likeness']}, {group['profile']}")

print("\n".join(map(str, problems)) if problems else f"{len(paths)} models compared")
sys.exit(1 if problems else 0)
