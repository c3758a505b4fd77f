"""The files of examples/ci and the hook of the tree, line by line: what calls ramus is run, what builds it names things that
are there.

usage: pipelines_test.py RAMUS SOURCE_DIR

Each job runs in a folder with models/: the shipped examples, on which it passes, and once more with a model that holds an
initializer for nothing, on which it fails with the status of findings.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import onnx
import yaml
from onnx import TensorProto, helper

ramus, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
ci = source / "examples/ci"
presets = {preset["name"] for preset in json.loads((source / "CMakePresets.json").read_text())["configurePresets"]}
failures = []
ran = []


def expect(condition, *what):
    if not condition:
        failures.append(" ".join(map(str, what)))


def load(path):
    return yaml.safe_load((source / path).read_text(encoding="utf-8"))


def idle_model(path):
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"], "relu")], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor("left_behind", TensorProto.FLOAT, [1], [1.0])],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7), path)


class Workplace:
    """A folder as a repository would be, with ramus on the PATH."""

    def __init__(self, with_idle):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        (self.path / "models").mkdir()
        for model in (source / "examples/models").glob("*.onnx"):
            shutil.copy(model, self.path / "models")
        if with_idle:
            idle_model(self.path / "models/idle.onnx")
        shutil.copy(ci / "ramus.toml", self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def run(self, script):
        ran.append(script)
        environment = {**os.environ, "PATH": f"{ramus.parent}:{os.environ['PATH']}", "PRE_COMMIT": "1"}
        return subprocess.run(["sh", "-e", "-c", script], cwd=self.path, env=environment, capture_output=True, text=True)


def passes_and_fails(what, script, status=1):
    """And what the script left in either folder."""
    left = []
    for with_idle in (False, True):
        with Workplace(with_idle) as place:
            result = place.run(script)
            wanted = status if with_idle else 0
            expect(result.returncode == wanted, what, f"exits with {result.returncode}, not {wanted}:", result.stderr)
            left.append((result.stdout, {path.name: path.read_text() for path in place.path.glob("ramus.[sx]*")}))
    return left


def check_building(line, tree):
    """A line of a script that builds Ramus, whose tree lies at `tree`."""
    words = shlex.split(line)
    inside = [word.removeprefix(tree).strip("/") for word in words if word.startswith(tree)]
    if words[0] == "bash":
        script = source / inside[0]
        expect(script.exists(), line, "names no script of the tree")
        for name in words[2:]:
            expect(script.exists() and re.search(rf"^{name}=\(", script.read_text(), re.MULTILINE), line, "no set", name)
    elif words[0] == "apt-get":
        expect(all(part.split()[:1] == ["apt-get"] for part in line.split("&&")), line, "does more than to install")
    elif words[:2] == ["cmake", "-S"]:
        expect(words[2] == tree and words[words.index("--preset") + 1] in presets, line, "names no preset")
    elif words[0] == "cmake":
        expect(words[1] in ("--build", "--install"), line, "is no call that was looked at")
        expect(words[2] == "/build" or inside[0].split("/")[0] == "build" and inside[0].split("/")[1] in presets, line)
    else:
        expect(False, line, "is a line that nobody tests")


def github():
    job = load("examples/ci/github-workflow.yml")["jobs"]["check"]
    uploaded, written = None, {}
    for step in job["steps"]:
        if "uses" in step:
            expect(re.fullmatch(r"(actions/checkout|github/codeql-action/upload-sarif)@v\d+", step["uses"]), step)
            uploaded = step.get("with", {}).get("sarif_file", uploaded)
            continue
        lines = step["run"].strip().splitlines()
        if not any(line.startswith("ramus ") for line in lines):
            for line in lines:
                check_building(line, "ramus")
            continue
        holds_on = "[ $? -eq 1 ]" in step["run"]
        good, bad = passes_and_fails(f"github: {step['name']}:", step["run"], status=0 if holds_on else 1)
        written.update(bad[1])
        if "--format github" in step["run"]:
            expect(good[0] == "" or "::warning" not in good[0], "github: draws warnings on good models")
            expect("::warning file=models/idle.onnx,line=1," in bad[0], "github: does not draw the finding", bad[0])
    expect(uploaded in written, "github: the uploaded file is not the written one")
    results = json.loads(written.get(uploaded, '{"runs": [{"results": []}]}'))["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    expect("models/idle.onnx" in uris, "github: the finding is not uploaded", uris)
    order = [step.get("uses", step.get("run", "")) for step in job["steps"]]
    expect(order.index("ramus check models --format github") == len(order) - 1, "github: a step comes after the one that fails")


def gitlab():
    job = load("examples/ci/gitlab-ci.yml")["ramus"]
    expect(job["image"]["entrypoint"] == [""], "gitlab: an image with an entry point runs no script")
    expect(job["artifacts"]["when"] == "always", "gitlab: a job that fails would keep no findings")
    (line,) = job["script"]
    good, bad = passes_and_fails("gitlab:", line)
    report = job["artifacts"]["reports"]["junit"]
    for (_, files), count in ((good, 0), (bad, 1)):
        root = ElementTree.fromstring(files.get(report, "<none/>"))
        expect(root.get("failures") == str(count), "gitlab:", root.attrib)


def hook(what, entry):
    expect(entry["language"] == "system" and entry["types"] == ["file"] and entry["require_serial"] is True, what, entry)
    matched = [name for name in ("models/a.onnx", "a.onnx.json", "a.txt") if re.search(entry["files"], name)]
    expect(matched == ["models/a.onnx"], what, "takes", matched)
    names = " ".join(sorted(f"models/{model.name}" for model in (source / "examples/models").glob("*.onnx")))
    passes_and_fails(what, f"{entry['entry']} {names} $(ls models/idle.onnx 2>/dev/null || true)")


def pre_commit():
    (own,) = load(".pre-commit-hooks.yaml")
    (repository,) = load("examples/ci/pre-commit-config.yaml")["repos"]
    (local,) = repository["hooks"]
    expect(repository["repo"] == "local", "pre-commit:", repository)
    expect({key: own[key] for key in local} == local, "pre-commit: the local hook is another one than the tree's")
    comment = (ci / "pre-commit-config.yaml").read_text(encoding="utf-8")
    expect(f"{{id: {own['id']}}}" in comment, "pre-commit: the comment names another hook")
    hook("pre-commit hook:", own)


def container():
    lines = (ci / "Containerfile").read_text(encoding="utf-8").splitlines()
    expect(any(f"-f {(ci / 'Containerfile').relative_to(source)} " in line for line in lines), "Containerfile: its own path")
    for line in lines:
        keyword, _, rest = line.partition(" ")
        if keyword == "RUN":
            if "/tmp/*.deb" not in rest and rest != "cd /build && cpack -G DEB":
                check_building(rest, "/ramus")
        elif keyword == "ENTRYPOINT":
            expect(json.loads(rest) == ["ramus"], "Containerfile:", line)
        else:
            expect(keyword in ("", "#", "FROM", "COPY", "RUN", "WORKDIR"), "Containerfile:", line)
    called = [line.split(" ramus ", 1)[1] for line in lines if line.startswith("#   podman run")]
    for arguments in called:
        passes_and_fails("Containerfile:", f"ramus {arguments}")
    expect(called, "Containerfile: does not say how it is called")


def page():
    text = (ci / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\]\(([\w.-]+)\)", text))
    expect(listed >= {path.name for path in ci.iterdir()} - {"README.md"}, "README.md names", listed)
    for block in re.findall(r"```\n(.*?)```", text, re.DOTALL):
        with Workplace(False) as place:
            for line in block.splitlines():
                result = place.run(line.split("  #")[0])
                expect(result.returncode == 0, "README.md:", line, result.stdout, result.stderr)


def settings():
    with Workplace(False) as place:
        (place.path / "ramus.toml").write_text("fail-on = 'fatal'\n")
        result = place.run("ramus check models || [ $? -eq 2 ]")
        expect("ramus.toml: fail-on" in result.stderr, "ramus.toml of the folder is not read", result.stderr)
    text = (ci / "ramus.toml").read_text(encoding="utf-8")
    with Workplace(False) as place:  # what stands behind a comment sign is meant to work as well
        (place.path / "ramus.toml").write_text(re.sub(r"^# (select|ignore) =", r"\1 =", text, flags=re.MULTILINE))
        result = place.run("ramus check models")
        expect(result.returncode == 0, "ramus.toml with its optional lines:", result.stderr)


with Workplace(False) as probe:
    if "reads no TOML" in probe.run("ramus check models || true").stderr:
        print("SKIPPED: this build reads no TOML, which the files of examples/ci use")
        sys.exit(77)
for check in (github, gitlab, pre_commit, container, page, settings):
    check()
print("\n".join(failures) if failures else f"{len(ran)} lines ran")
sys.exit(1 if failures else 0)
