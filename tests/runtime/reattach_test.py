"""Annotations find their nodes again after ONNX Runtime optimised a model, and after everything in it was renamed.

usage: reattach_test.py RAMUS RUNTIME_FOLDER MODEL...        folders stand for the models in them

A group still exists when a node writes the value of its join, and one a value of each of its branches; of these, all are
found in the model as it was saved. With all nodes and values renamed as well, what is found is what the names had said:
no node is taken for another. How many are found is printed.
"""

import glob
import json
import os
import random
import subprocess
import sys
import tempfile

import onnx

SKIP = 77
STRUCTURE = ["--passes", "branch-tree,residual-streams", "--quiet"]
failures = []
totals = {}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def writers(graph):
    return {output: node for node in graph.node for output in node.output if output}


def entries(thing):
    return {entry.key: entry.value for entry in thing.metadata_props}


def outputs_of(report):
    """Values by shown name of the node that writes them, in the main graph."""
    return {node["name"]: [o for o in node["outputs"] if o] for node in report["graphs"][0]["nodes"]}


def still_there(report, written):
    """Groups of the main graph whose join and branches write values that are still written, the join by its operator."""
    outputs = outputs_of(report)
    operators = {node["name"]: node["op"].split(".")[-1] for node in report["graphs"][0]["nodes"]}
    joins = lambda name: any(o in written and written[o].op_type == operators[name] for o in outputs.get(name, []))
    is_written = lambda name: any(value in written for value in outputs.get(name, []))
    for group in report["groups"]:
        if group.get("graph") or group["kind"] == "outputs":
            continue
        branches = [branch for branch in group["branches"] if branch["nodes"]]
        if joins(group["join"]["node"]) and all(any(map(is_written, b["nodes"])) for b in branches):
            yield group


def joins_of(path, old_name):
    """By the name of each group of the main graph: the values that its join writes, in the names of the first model."""
    report = json.load(open(path + ".ramus.json", encoding="utf-8"))
    outputs = outputs_of(report)
    return {
        group["name"]: {old_name(value) for value in outputs[group["join"]["node"]]}
        for group in report["groups"]
        if not group.get("graph") and group["kind"] != "outputs"
    }


def renamed(model, seed):
    """All nodes and values under other names, but for inputs and outputs; by the new name, the old one."""
    stream = random.Random(seed)
    graph = model.graph
    keep = {v.name for v in list(graph.input) + list(graph.output)}
    names = {v for node in graph.node for v in list(node.input) + list(node.output) if v and v not in keep}
    names |= {t.name for t in graph.initializer if t.name not in keep}
    fresh = [f"t{i}" for i in range(len(names))]
    stream.shuffle(fresh)
    new = dict(zip(sorted(names), fresh))
    for node in graph.node:
        node.name = ""
        node.input[:] = [new.get(v, v) for v in node.input]
        node.output[:] = [new.get(v, v) for v in node.output]
    for tensor in graph.initializer:
        tensor.name = new.get(tensor.name, tensor.name)
    del graph.value_info[:]
    return {value: key for key, value in new.items()}


def reattach(ramus, report, model, out):
    done = run(ramus, "reattach", report, model, "-o", out)
    if done.returncode != 0:
        return None, done.stderr.strip()
    summary = next(line for line in done.stderr.splitlines() if "found " in line)
    return summary, done.stderr


def check_level(ramus, name, report, report_path, optimised, level, work):
    model = onnx.load(optimised)
    expected = [group["name"] for group in still_there(report, writers(model.graph))]
    out = os.path.join(work, "out.onnx")
    summary, said = reattach(ramus, report_path, optimised, out)
    if summary is None:
        if expected:
            failures.append(f"{name} {level}: {said}")
        return
    found = joins_of(out, lambda value: value)
    missing = [group for group in expected if group not in found]
    if missing:
        failures.append(f"{name} {level}: {len(missing)} groups that still exist are not found, the first {missing[0]}")
    old_outputs = outputs_of(report)
    joins = {g["name"]: set(old_outputs[g["join"]["node"]]) for g in report["groups"] if g["kind"] != "outputs" and not g.get("graph")}
    written = writers(model.graph)
    for group, values in found.items():
        kinds = {written[v].op_type for v in values if v in written} & {written[v].op_type for v in joins[group] if v in written}
        if values & joins[group] or not kinds:
            continue  # what is written under the old name is another operator's now: a Transpose moved behind it
        failures.append(f"{name} {level}: the join of {group} is taken to write {values}, not {joins[group]}")

    has_bodies = any(a.HasField("g") or a.graphs for node in model.graph.node for a in node.attribute)
    if has_bodies:
        print(f"{name} {level}: {summary}; {len(expected)} still exist; not renamed, it has bodies")
        return
    back = renamed(model, 7)
    other, out = os.path.join(work, "renamed.onnx"), os.path.join(work, "renamed_out.onnx")
    onnx.save(model, other)
    summary_renamed, _ = reattach(ramus, report_path, other, out)
    found_renamed = joins_of(out, lambda value: back.get(value, value)) if summary_renamed else {}
    for group, values in found_renamed.items():
        if group in found and values != found[group]:
            failures.append(f"{name} {level}, renamed: the join of {group} is taken to write {values}, not {found[group]}")
    count = totals.setdefault(level, [0, 0, 0, 0])
    for i, number in enumerate((len(expected), len(found), len(found_renamed), len(joins))):
        count[i] += number
    print(f"{name} {level}: of {len(joins)} groups {len(expected)} still exist, {len(found)} found; renamed {len(found_renamed)}")
    print(f"    {summary}")


def main():
    ramus, runtime = sys.argv[1:3]
    models = [m for place in sys.argv[3:] for m in (sorted(glob.glob(f"{place}/*.onnx")) if os.path.isdir(place) else [place])]
    models = [model for model in models if os.path.exists(model)]
    if not os.path.isdir(os.path.join(runtime, "node_modules")) or not models:
        print("SKIPPED: ONNX Runtime is not installed, or no model is there")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory() as work:
        for level in ("basic", "extended"):
            pairs = [part for m in models for part in (m, os.path.join(work, f"{level}_{os.path.basename(m)}"))]
            done = run("node", os.path.join(runtime, "optimise.mjs"), level, *pairs)
            print(done.stdout, end="")
            if done.returncode != 0:
                print(done.stderr)
                sys.exit(done.returncode)
        for model in models:
            name, report_path = os.path.basename(model), os.path.join(work, "report.json")
            done = run(ramus, "analyze", model, "-o", report_path, *STRUCTURE)
            if done.returncode != 0:
                print(f"{name}: {done.stderr.strip()}")
                continue
            report = json.load(open(report_path, encoding="utf-8"))
            if not report["groups"]:
                continue
            for level in ("basic", "extended"):
                optimised = os.path.join(work, f"{level}_{name}")
                if os.path.exists(optimised):
                    check_level(ramus, name, report, report_path, optimised, level, work)
    for level, (exist, found, after_renaming, groups) in totals.items():
        print(f"{level}: of {groups} groups {exist} still exist, {found} found; with all names changed {after_renaming}")
    print("\n".join(failures) if failures else "nothing is taken for another")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
