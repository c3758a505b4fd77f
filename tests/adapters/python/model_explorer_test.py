"""The extension of Model Explorer, on a stand-in of its interface: what it sends is what `ramus export` writes."""

import json
import os
import sys

import pytest
import ramus

stand_in = os.path.join(os.path.dirname(__file__), "stand_in")


@pytest.fixture(scope="module")
def extension():
    sys.path.insert(0, stand_in)
    try:
        import ramus.model_explorer.main as main

        yield main
    finally:
        sys.path.remove(stand_in)


def test_the_model_with_branches_as_layers(extension, example):
    from model_explorer import sent

    [collection] = sent(extension.BranchAdapter().convert(str(example), {}))["graphCollections"]
    expected = json.loads(ramus.analyze(example).export("model-explorer"))
    assert collection["graphs"] == expected["graphs"]
    assert "branches/branches.1" in {node["namespace"] for node in collection["graphs"][0]["nodes"]}


@pytest.mark.parametrize("provider", ["ramus_branches", "ramus_scores"])
def test_node_data(extension, example, provider):
    from model_explorer import sent

    data = extension.BranchData()
    assert provider in [each.id for each in data.metadata] and data.get_config_editors(provider).error == ""
    graph = json.loads(ramus.analyze(example).export("model-explorer"))["graphs"][0]
    for name in (graph["id"], "as another adapter calls it"):
        answer = sent(data.run(provider, str(example), name, {}, None))
        assert answer["error"] == "" and answer["result"]["results"]
        assert set(answer["result"]["results"]) <= {node["id"] for node in graph["nodes"]}


def test_what_cannot_be_read_is_said_in_the_page(extension, tmp_path):
    assert "nowhere.onnx" in extension.BranchData().run("ramus_branches", str(tmp_path / "nowhere.onnx"), "g", {}).error
    (tmp_path / "bad.onnx").write_bytes(b"not a model" * 9)
    assert "bad.onnx" in extension.BranchData().run("ramus_scores", str(tmp_path / "bad.onnx"), "g", {}).error
