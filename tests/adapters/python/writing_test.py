"""Annotate, strip and rewrite: the bytes are those of the command, and a file appears whole or not at all."""

import io
import os
import subprocess
import sys

import onnx
import pytest
import ramus
from conftest import COMMAND


def content(path):
    with open(path, "rb") as file:
        return file.read()


def test_annotated_and_stripped_again(example, command, tmp_path):
    command("annotate", example, "-o", tmp_path / "expected.onnx")
    report = ramus.analyze(example)
    expected = content(tmp_path / "expected.onnx")
    assert ramus.annotate(example) == expected
    assert ramus.annotate(example, report) == expected
    assert ramus.annotate(example, report.json) == expected
    assert ramus.annotate(content(example), report, name=example) == expected
    assert ramus.strip(expected) == content(example)


@pytest.mark.parametrize("to", ["netron", "netron-graph", "model-explorer", "model-explorer-branches", "svg", "markdown"])
def test_exported(example, command, tmp_path, to):
    command("export", example, "--to", to, "-o", tmp_path / "expected.json")
    report = ramus.analyze(example)
    expected = content(tmp_path / "expected.json")
    assert ramus.export(report, to) == expected
    assert ramus.export(report.json, to) == expected
    assert report.export(to) == expected
    with pytest.raises(ramus.UsageError, match="netron-graph"):
        ramus.export(report, "netscape")


def test_a_report_of_another_model(example, other):
    with pytest.raises(ramus.UsageError):
        ramus.annotate(other, ramus.analyze(example))
    with pytest.raises(ramus.InvalidInputError):
        ramus.annotate(example, b"{}")


def renamed(path):
    model = onnx.load(path)
    for n, node in enumerate(model.graph.node):
        node.name = f"node{n}"
    return model


def test_reattached(example, command, tmp_path):
    report, model = ramus.analyze(example), renamed(example)
    onnx.save(model, tmp_path / "renamed.onnx")
    report.save(tmp_path / "report.json")
    command("reattach", tmp_path / "report.json", tmp_path / "renamed.onnx", "-o", tmp_path / "expected.onnx")
    found = ramus.reattach(report, tmp_path / "renamed.onnx")
    assert ramus.annotate(tmp_path / "renamed.onnx", found) == content(tmp_path / "expected.onnx")
    assert [branch["nodes"][0] for branch in found.data["groups"][0]["branches"]] == ["node0", "node6"]
    del model.graph.node[:]
    model.graph.output[0].name = model.graph.input[0].name
    with pytest.raises(ramus.UsageError, match="none of the 1 groups"):
        ramus.reattach(report, model)


def test_keys_of_other_tools(example):
    annotated = ramus.annotate(example, namespace=True, layer_ann=True)
    for entry in (b"namespace", b"layer_ann", b"namespace;layer_ann"):
        assert entry in annotated
    assert b"layer_ann" not in ramus.annotate(example, namespace=True)
    assert ramus.strip(annotated) == content(example)


@pytest.mark.parametrize("form", ["normal", "parallel"])
def test_rewritten(example, command, tmp_path, form):
    command("rewrite", example, "--form", form, "-o", tmp_path / "expected.onnx")
    assert ramus.rewrite(example, form) == content(tmp_path / "expected.onnx")
    with pytest.raises(ramus.UsageError, match="'serial': no such form"):
        ramus.rewrite(example, "serial")


def test_outputs(example, tmp_path):
    report = ramus.analyze(example, passes="branch-tree")
    annotated = ramus.annotate(example, report)
    path = tmp_path / "out.onnx"
    assert ramus.annotate(example, report, output=path) is None
    assert content(path) == annotated
    os.chmod(path, 0o640)
    ramus.strip(path, output=path)  # in place
    assert content(path) == content(example) and path.stat().st_mode & 0o777 == 0o640
    memory = io.BytesIO()
    ramus.annotate(example, report, output=memory)
    assert memory.getvalue() == annotated
    ramus.annotate(example, report, output=os.devnull)
    assert os.listdir(tmp_path) == ["out.onnx"]


def test_a_failed_run_leaves_nothing(example, tmp_path):
    with pytest.raises(ramus.UsageError):
        ramus.rewrite(example, "serial", output=tmp_path / "out.onnx")
    with pytest.raises(ramus.UsageError, match="is a folder"):
        ramus.strip(example, output=tmp_path)
    with pytest.raises(ramus.UsageError, match="cannot be written: No such file"):
        ramus.strip(example, output=tmp_path / "none" / "out.onnx")

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        ramus.strip(example, output=Full())
    assert os.listdir(tmp_path) == []


@pytest.fixture
def external(onnx, tmp_path):
    """A model whose weights lie beside it."""
    weight = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT, dims=[4])
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="weights.bin")
    one = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [4]) for name in "xy"]
    graph = onnx.helper.make_graph([onnx.helper.make_node("Add", ["x", "w"], ["y"])], "g", one[:1], one[1:], [weight])
    path = tmp_path / "external.onnx"
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    (tmp_path / "weights.bin").write_bytes(bytes(16))
    return path


def test_external_data(external, onnx, tmp_path):
    proto = onnx.load(str(external), load_external_data=False)
    whole = ramus.analyze(external)
    assert ramus.analyze(proto, name=str(external), base_directory=tmp_path) == whole
    ramus.rewrite(external, "normal", output=tmp_path / "beside.onnx")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ramus.UsageError, match="write the result into that folder"):
        ramus.rewrite(external, "normal", output=tmp_path / "elsewhere" / "out.onnx")
    assert os.listdir(tmp_path / "elsewhere") == []


def test_python_dash_m_ramus_is_the_command(example):
    path = os.path.dirname(COMMAND) + os.pathsep + os.environ["PATH"]
    run = [sys.executable, "-m", "ramus"]
    options = {"env": {**os.environ, "PATH": path}, "capture_output": True, "text": True}
    shown = subprocess.run([*run, "analyze", example], **options)
    assert shown.stdout == ramus.analyze(example).text() and shown.returncode == 0
    failed = subprocess.run([*run, "analyze", "/none"], **options)
    assert failed.returncode == 3 and failed.stderr.startswith("ramus: error: /none")
