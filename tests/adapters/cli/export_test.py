"""What `ramus export` writes for other tools, judged by the model that it speaks of and by the schemas of those tools.

usage: export_test.py RAMUS SOURCE_DIR SHARED_DIR

The model that is shipped, and, where SHARED_DIR is there, real ones: every name that a viewer would look up exists,
edges connect what is there, and a report gives the same export as its model.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import onnx

FORMATS = ["netron", "netron-graph", "model-explorer", "model-explorer-branches", "model-explorer-scores",
           "model-explorer-streams"]
SHARED = ["inceptionv1_google_to_mixed3b.onnx", "squeezenet.onnx", "nested_loops_30.onnx",
          "trained/resnet_pre_cifar.onnx", "trained/vit_tiny_cifar.onnx"]
FEW = ["--set", "factors.permutations=0", "--set", "latent-branches.entries=64", "--set", "modularity.entries=64",
       "--set", "modularity.permutations=2"]
failures = []


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def graphs_of(graph):
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for body in [attribute.g] * attribute.HasField("g") + list(attribute.graphs):
                yield from graphs_of(body)


def check_attachment(name, attachment, model):
    expect(attachment["signature"] == "netron:attachment", name, "signature")
    graphs = list(graphs_of(model.graph))
    known = {
        "model": {""},
        "graph": {model.graph.name},
        "node": {node.name for graph in graphs for node in graph.node},
        "value": {value for graph in graphs for node in graph.node for value in node.output},
        "tensor": {weight.name for weight in model.graph.initializer},
    }
    items = attachment["metadata"] + attachment["metrics"]
    for item in items:
        expect(item["target"] in known[item["kind"]], name, "no such", item["kind"], item["target"])
        expect(len(str(item["value"])) < 2000, name, "Netron would cut", item["name"], "of", item["target"])
    keys = [(item["kind"], item["target"], item["name"]) for item in attachment["metadata"]]
    expect(len(keys) == len(set(keys)) or "nested_loops" in name, name, "rows that replace one another")
    return items


def check_branch_graph(name, graph):
    expect(re.match(r'^{\s*"signature":\s*"(netron:.*)"\s*,\s*', json.dumps(graph, indent=1)[:64]), name, "signature")
    module = graph["modules"][0]
    values = len(module["values"])
    writers, readers = {}, {}
    for place, box in enumerate(module["nodes"]):
        for side, ends in (("outputs", writers), ("inputs", readers)):
            for argument in box[side]:
                for value in argument["value"]:
                    expect(0 <= value < values, name, "no value", value)
                    ends.setdefault(value, []).append(place)
    given = {value for argument in module["inputs"] for value in argument["value"]}
    for value in range(values):
        expect((value in given) != (len(writers.get(value, [])) == 1), name, "value", value, "is not written once")
        expect(value in readers, name, "value", value, "is read by no box")
    return module["nodes"]


def check_graph(name, top, model):
    names = {graph["id"] for graph in top["graphs"]}
    expect(len(names) == len(top["graphs"]), name, "two graphs with one id")
    for graph in top["graphs"]:
        ids = {node["id"] for node in graph["nodes"]}
        expect(len(ids) == len(graph["nodes"]), name, "two nodes with one id")
        namespaces = {node["namespace"] for node in graph["nodes"]}
        for node in graph["nodes"]:
            for edge in node.get("incomingEdges", []):
                expect(edge["sourceNodeId"] in ids, name, "an edge from nowhere:", edge)
            for body in node.get("subgraphIds", []):
                expect(body in names, name, "no such body:", body)
        for config in graph["groupNodeConfigs"]:
            matched = [space for space in namespaces if re.search(config["namespaceRegex"], space)]
            expect(len(matched) <= 1, name, config["namespaceRegex"], "matches", matched)
        for overlay in graph.get("tasksData", {}).get("edgeOverlaysDataListLeftPane", []):
            check_overlays(name, overlay, ids)
    main = top["graphs"][0]
    shown = [node for node in main["nodes"] if not node["id"].startswith("[value] ")]
    if not model.functions:
        expect(len(shown) == len(model.graph.node), name, len(shown), "nodes, not", len(model.graph.node))
    return {graph["id"]: {node["id"] for node in graph["nodes"]} for graph in top["graphs"]}


def check_overlays(name, overlay, ids):
    expect(overlay["type"] == "edge_overlays", name, "type of overlays")
    for each in overlay["overlays"]:
        for edge in each["edges"]:
            expect({edge["sourceNodeId"], edge["targetNodeId"]} <= ids, name, "an overlay of what is not there:", edge)


def check_node_data(name, data, ids):
    for graph, of_graph in data.items():
        expect(set(of_graph["results"]) <= ids[graph], name, "data of nodes that are not there")


def export(ramus, source, to, folder):
    out = os.path.join(folder, to)
    done = subprocess.run([ramus, "export", source, "--to", to, "-o", out, "--quiet", *FEW], capture_output=True, text=True)
    expect(done.returncode == 0 and not done.stderr, source, to, done.stderr)
    with open(out) as file:
        return file.read()


def check_model(ramus, path, schemas):
    name = os.path.basename(path)
    model = onnx.load(path, load_external_data=False)
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        subprocess.run([ramus, "analyze", path, "-o", report, "--quiet", *FEW], check=True, stdout=subprocess.DEVNULL)
        texts = {to: export(ramus, report, to, folder) for to in FORMATS}
        expect(export(ramus, path, "netron", folder) == texts["netron"], name, "a report and its model differ")
    found = {to: json.loads(text) for to, text in texts.items()}
    for to, schema in schemas.items():
        for error in schema.iter_errors(found[to]):
            expect(False, name, to, error.message[:200])
    items = check_attachment(name, found["netron"], model)
    boxes = check_branch_graph(name, found["netron-graph"])
    ids = check_graph(name, found["model-explorer"], model)
    check_node_data(name, found["model-explorer-branches"], ids)
    check_node_data(name, found["model-explorer-scores"], ids)
    streams = found["model-explorer-streams"]
    check_overlays(name, streams, ids.get(streams["graphName"], set()))
    print(f"{name}: {len(items)} rows, {len(boxes)} boxes, {sum(map(len, ids.values()))} nodes, "
          f"{sum(len(each['edges']) for each in streams['overlays'])} edges of streams")
    return found


def main():
    ramus, source, shared = sys.argv[1:4]
    schemas = {}
    folder = os.path.join(shared, "schemas")
    if os.path.isdir(folder):
        def schema(file):
            with open(os.path.join(folder, file)) as text:
                return jsonschema.Draft202012Validator(json.load(text))

        schemas = {"netron": schema("netron-attachment.schema.json")}
        node_data = schema("model-explorer-node-data.schema.json")
        schemas |= {"model-explorer-branches": node_data, "model-explorer-scores": node_data}
    else:
        print("without the schemas of the tools and real models:", folder, "is not there")
    found = check_model(ramus, os.path.join(source, "examples/models/two_branch_tin32bn_s3.onnx"), schemas)
    rows = {(item["target"], item["name"]): item["value"] for item in found["netron"]["metadata"]}
    expect(rows.get(("/branches.0/conv1/Conv", "ramus.branch")) == "branches/branches.0", "the branch of a node")
    expect("colour (AUC 0.96" in rows.get(("/branches.0/conv1/Conv", "ramus.specialization"), ""), "what it is good at")
    boxes = {box["name"]: box for box in found["netron-graph"]["modules"][0]["nodes"]}
    expect({"branches.0", "branches.1"} <= set(boxes), "a box for each branch")
    expect(boxes["branches.0"]["type"]["category"] != boxes["branches.1"]["type"]["category"], "one colour for two")
    for model in SHARED:
        path = os.path.join(shared, "models", model)
        if os.path.exists(path):
            check_model(ramus, path, schemas)
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
