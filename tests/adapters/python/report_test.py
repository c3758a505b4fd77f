"""Python, the command and a host in C write the same bytes; and a report shows what its JSON says."""

import csv
import io
import json
import mmap
import subprocess
import threading

import pytest
import ramus

HOST = """
#include <stdio.h>
#include "plugin/ramus.h"
static int32_t print(void* file, const void* data, size_t size) { return fwrite(data, 1, size, file) != size; }
int main(int argc, char** argv) {
  ramus_session* session = NULL;
  ramus_model* model = NULL;
  ramus_report* report = NULL;
  return argc != 2 || ramus_session_create(NULL, &session, NULL) || ramus_model_open(session, argv[1], &model, NULL) ||
         ramus_analyze(model, NULL, &report, NULL) || ramus_report_write(report, "json", print, stdout, NULL);
}
"""


def test_python_command_and_c_write_the_same_bytes(example, whole, command, compiled):
    assert whole.json == command("analyze", example, "--format", "json")
    assert whole.json == subprocess.run([compiled(HOST), example], check=True, capture_output=True).stdout


def test_a_model_in_memory_gives_the_same_report_under_its_name(example, whole):
    quick = ramus.analyze(example, passes="branch-tree")
    with open(example, "rb") as file:
        data = file.read()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        for model in (bytearray(data), memoryview(data), mapped):
            assert ramus.analyze(model, passes="branch-tree", name=example) == quick
        mapped.close()
    assert ramus.analyze(data, name=example) == whole
    assert ramus.analyze(data, passes="branch-tree").model["path"] == "model"


def test_a_numpy_array_of_bytes_is_a_model(example):
    numpy = pytest.importorskip("numpy")
    data = numpy.fromfile(example, dtype=numpy.uint8)
    quick = ramus.analyze(example, passes="branch-tree")
    assert ramus.analyze(data, passes="branch-tree", name=example) == quick
    with pytest.raises(ValueError):
        ramus.analyze(data[::2])


def test_a_model_proto_gives_the_same_report(example, whole, onnx):
    assert ramus.analyze(onnx.load(example), name=example) == whole


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_do_not_matter(example, whole, threads):
    assert ramus.analyze(example, threads=threads) == whole


def at_once(analyze):
    reports = []
    workers = [threading.Thread(target=lambda: reports.append(analyze())) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return reports


def test_threads_of_python_work_side_by_side(example, whole):
    assert at_once(lambda: ramus.analyze(example, threads=1)) == [whole] * 3


def test_one_session_for_several_threads(example):
    with ramus.Session(threads=1) as session:
        reports = at_once(lambda: session.analyze(example, passes="branch-tree"))
    assert reports == [ramus.analyze(example, passes="branch-tree")] * 3


def test_text_is_that_of_the_command(example, whole, command, tmp_path):
    assert whole.text() == command("analyze", example).decode()
    whole.save(tmp_path / "report.json")
    read = ramus.Report.load(tmp_path / "report.json")
    assert read == whole and read.text() == whole.text()


def test_comparisons_are_those_of_the_command(example, other, command):
    comparison = ramus.compare([other, example])
    assert comparison.json == command("compare", other, example, "--format", "json")
    assert comparison.text() == command("compare", other, example).decode()
    assert comparison.comparisons == json.loads(comparison.json)["comparisons"]
    (row,) = comparison.table()
    assert (row["first.name"], row["profile.q"]) == ("branches", comparison.comparisons[0]["groups"][0]["profile"]["q"])
    with open(other, "rb") as file:
        assert ramus.compare([file.read(), example], names=[other, None]) == comparison


def test_parts_are_those_of_the_json(whole):
    report = whole
    data = json.loads(report.json)
    parts = "model groups streams factors latent features specialization modularity notes options".split()
    assert {part: getattr(report, part) for part in parts} == {part: data[part] for part in parts}
    assert report.branches == [branch for group in data["groups"] for branch in group["branches"]]
    assert "1 groups, 2 branches" in repr(report)


def test_tables_hold_scalars_under_the_same_columns(example):
    report = ramus.analyze(example, labels={"/Concat": {"first": [0, 1, 2], "last": [62, 63]}})
    filled = set()
    for name in report.table_names:
        table = report.table(name)
        filled.update([name] if table else [])
        for row in table:
            assert tuple(row) == table.columns
            assert all(value is None or isinstance(value, (str, int, float)) for value in row.values()), (name, row)
        csv.DictWriter(io.StringIO(), table.columns).writerows(table)
    assert filled >= set("groups branches wirings factors units unit_features enrichment branch_features".split())
    with pytest.raises(KeyError):
        report.table("roots")


def test_a_table_says_what_its_rows_are_of(whole):
    report = whole
    group = report.groups[0]
    branches = report.table("branches")
    assert branches.column("group") == [group["id"]] * 2
    assert branches.column("units.begin") == [branch["units"]["begin"] for branch in group["branches"]]
    assert branches[0]["kernel.height"] == group["branches"][0]["kernel"][0]
    contrasts = report.table("branch_features")
    entry = report.specialization[0]["branches"][1]["features"][0]
    assert [row for row in contrasts if row["branch"] == "g0.b1"][0]["auc"] == entry["auc"]
    factors = report.table("factors")
    assert len(factors) == sum(len(entry["sigma"]) for entry in report.factors)
    assert sum(factors.column("significant")) == sum(entry["significant"] for entry in report.factors)
    named = [row["feature"] for row in factors if row["feature"]]
    assert named == [m["feature"] for entry in report.factors for m in entry["meaning"] if m["named"]]


def test_tables_become_data_frames(whole):
    pytest.importorskip("pandas")
    table = whole.table("unit_features")
    frame = table.to_pandas()
    assert list(frame.columns) == list(table.columns) and len(frame) == len(table)
    assert frame["colour"].max() == max(value for value in table.column("colour") if value is not None)


def test_factors_become_arrays(whole):
    numpy = pytest.importorskip("numpy")
    for factors in whole.factors:
        left, right, sigma = factors.left_array(), factors.right_array(), factors.sigma_array()
        assert left.shape == (len(factors["left"]), factors["rows"])
        assert right.shape == (len(factors["right"]), factors["columns"])
        assert sigma.tolist() == factors["sigma"] and left.tolist() == factors["left"]
        numpy.testing.assert_allclose(numpy.linalg.norm(left, axis=1), 1, atol=1e-4)


def test_a_report_that_is_none(tmp_path):
    (tmp_path / "report.json").write_text('{"schema": "ramus.report/9"}')
    with pytest.raises(ramus.InvalidInputError, match="ramus.report/1"):
        ramus.Report.load(tmp_path / "report.json")
    with pytest.raises(ramus.InvalidInputError, match="none.json: No such file"):
        ramus.Report.load(tmp_path / "none.json")
    with pytest.raises(ramus.InvalidInputError):
        ramus.Report(b"{").data


def test_the_table_of_passes(command):
    assert ramus.passes() == json.loads(command("passes", "--format", "json"))
