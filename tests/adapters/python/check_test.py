"""ramus.check: what the command says, as objects."""

import json

import pytest
import ramus
from onnx import TensorProto, helper


@pytest.fixture
def idle(tmp_path):
    """A model with an initializer that nothing reads."""
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"], "relu")], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor("left_behind", TensorProto.FLOAT, [1], [1.0])],
    )  # fmt: skip
    path = tmp_path / "idle.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7).SerializeToString()
    )
    return str(path)


def place_of(finding):
    return finding["place"]["kind"], finding["place"]["name"]


def test_it_is_what_the_command_says(idle, example, command):
    checks = ramus.check([idle, example])
    for name in ("json", "text", "sarif", "github", "junit"):
        assert checks.export(name) == command("check", idle, example, "--format", name)
    assert checks.text() == checks.export("text").decode()
    assert [model["path"] for model in checks.models] == [idle, example]
    assert ("initializer", "left_behind") in [place_of(finding) for finding in checks.findings]
    assert checks.table().column("model")[0] == idle and len(checks.table()) == len(checks.findings)
    assert checks.failures == {} and "2 models" in repr(checks)


def test_one_model_in_memory(idle):
    checks = ramus.check(open(idle, "rb").read(), names=["mine"])
    assert [model["path"] for model in checks.models] == ["mine"]
    assert checks.models[0]["findings"]


def test_rules_and_settings(idle, tmp_path):
    code = next(f["code"] for f in ramus.check(idle).findings if place_of(f)[1] == "left_behind")
    assert code in [rule["code"] for rule in ramus.explain()]
    assert ramus.check(idle, ignore=code, select="RMS").models[0]["findings"] == []
    assert ramus.check(idle, select=[code], fail_on="note").found == 1
    config = {"rules": {code: {"severity": "warning"}}, "fail-on": "warning"}
    assert ramus.check(idle, select=code, config=config).found == 1
    (tmp_path / "s.json").write_text(json.dumps({"ignores": [{"code": code, "reason": "known"}]}))
    (ignored,) = ramus.check(idle, select=code, config=tmp_path / "s.json").models[0]["ignored"]
    assert ignored["reason"] == "known"


def test_a_model_that_cannot_be_read_is_a_failure_among_the_results(idle, tmp_path):
    (tmp_path / "text.onnx").write_bytes(b"To be a model\n" * 9)
    nowhere, text = str(tmp_path / "nowhere.onnx"), str(tmp_path / "text.onnx")
    checks = ramus.check([nowhere, idle, text])
    assert list(checks.failures) == [nowhere, text]
    assert "there is no such file" in checks.failures[nowhere]
    assert checks.models[1]["findings"]


def test_what_makes_no_sense(idle, tmp_path):
    for wrong in (
        {"select": "E501"},
        {"fail_on": "fatal"},
        {"config": {"fail_on": "note"}},
        {"names": ["a", "b"]},
    ):
        with pytest.raises(ramus.UsageError):
            ramus.check(idle, **wrong)
    with pytest.raises(ramus.UsageError, match="there is none"):
        ramus.check([])
    with pytest.raises(ramus.InvalidInputError, match="No such file"):
        ramus.check(idle, config=tmp_path / "nowhere.toml")
    with pytest.raises(ramus.UsageError, match="there are json, text, sarif, github, junit"):
        ramus.check(idle).export("baseline")
