"""Beside onnx in one process, in either order; and as a pass of onnx_ir, by a stand-in of its interface."""

import pathlib
import subprocess
import sys

import pytest
import ramus
from conftest import SHARED

IMPORTS = {
    "ramus first": "import ramus; ramus.library_version(); import onnx",
    "onnx first": "import onnx; import ramus",
}

TOGETHER = """
proto = onnx.load({model!r})
annotated = onnx.load_model_from_string(ramus.annotate(proto))
onnx.checker.check_model(annotated)
assert any(entry.key == "ramus.report" for entry in annotated.metadata_props)
assert onnx.load_model_from_string(ramus.strip(annotated)) == proto
onnx.shape_inference.infer_shapes(onnx.load_model_from_string(ramus.rewrite(proto, "parallel")))
print(ramus.analyze(proto, name={model!r}).json.decode(), end="")
"""


@pytest.mark.parametrize("order", IMPORTS)
def test_beside_onnx(order, example, whole, onnx):
    program = IMPORTS[order] + TOGETHER.format(model=example)
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout == whole.json


@pytest.fixture
def ir(monkeypatch, onnx):
    monkeypatch.syspath_prepend(str(pathlib.Path(__file__).parent / "stand_in"))
    import onnx_ir

    yield onnx_ir
    for name in ("onnx_ir", "ramus.onnx_ir_pass"):
        sys.modules.pop(name, None)


def entries(proto):
    return {entry.key: entry.value for entry in proto.metadata_props}


def test_a_pass_of_onnx_ir_annotates_in_place(ir, example):
    from ramus.onnx_ir_pass import AnnotatePass

    proto = ir.ModelProto.FromString(pathlib.Path(example).read_bytes())
    proto.graph.node[0].metadata_props.add(key="mine", value="stays")
    proto.graph.node[1].metadata_props.add(key="ramus.role", value="goes")
    model = ir.from_proto(proto)
    annotate = AnnotatePass(name=example)
    assert annotate(model).modified
    assert len(annotate.report.groups) == 1

    found, expected = ir.to_proto(model), ir.ModelProto.FromString(ramus.annotate(example))
    assert entries(found.graph.node[0]).pop("mine") == "stays"
    del found.graph.node[0].metadata_props[0]
    expected_header, header = entries(expected).pop("ramus.report"), entries(found).pop("ramus.report")
    assert header.split("digest")[0] == expected_header.split("digest")[0]
    del found.metadata_props[:], expected.metadata_props[:]
    assert found == expected
    assert entries(found.graph.node[1]) == {"ramus.branch": "branches/branches.0", "ramus.role": "arm"}
    assert sum("ramus.factors" in entries(weight) for weight in found.graph.initializer) == 5

    assert not annotate(model).modified
    with pytest.raises(ramus.UsageError, match="no such pass"):
        AnnotatePass(passes="spectres")(model)


def test_a_pass_reaches_into_bodies(ir):
    from ramus.onnx_ir_pass import AnnotatePass

    path = SHARED / "models/silero_vad.onnx"
    if not path.exists():
        pytest.skip("the folder of larger models is not there")
    model = ir.from_proto(ir.ModelProto.FromString(path.read_bytes()))
    AnnotatePass(passes="branch-tree")(model)
    roles = [node.metadata_props.get("ramus.role") for node in ir.traversal.RecursiveGraphIterator(model.graph)]
    assert roles.count("fork") + roles.count("join") > 20
