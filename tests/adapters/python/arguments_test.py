"""Labels, features, passes and settings reach the library as the command's do; mistakes come back as exceptions."""

import functools
import json
import logging
import threading

import pytest
import ramus

LABELS = {"/Concat": {"odd": list(range(1, 64, 2))}}
FEATURES = {"/branches.0/conv1/Conv": {"place": list(range(16))}}


def test_labels_from_a_mapping_or_a_file(example, command, tmp_path):
    path = tmp_path / "labels"
    path.write_text(json.dumps(LABELS))
    expected = command("analyze", example, "--labels", path, "--format", "json")
    assert ramus.analyze(example, labels=path).json == expected
    named = command("analyze", example, "--labels", "labels", "--format", "json", cwd=tmp_path)
    assert ramus.analyze(example, labels=LABELS).json == named
    assert b'"enrichment": [\n' in expected


def test_features_from_a_mapping_an_array_or_files(example, command, tmp_path):
    numpy = pytest.importorskip("numpy")
    listed, saved = tmp_path / "features", tmp_path / "place.npy"
    listed.write_text(json.dumps(FEATURES))
    numpy.save(saved, numpy.arange(16.0))
    common = ("analyze", example, "--passes", "unit-features", "--format", "json", "--features")
    expected = command(*common, "features", cwd=tmp_path)
    analyze = functools.partial(ramus.analyze, example, passes="unit-features")
    assert analyze(features=FEATURES).json == expected
    assert analyze(features={layer: {"place": numpy.arange(16)} for layer in FEATURES}).json == expected

    layer = "/branches.1/conv1/Conv"
    both = command(*common, listed, "--features", f"{layer}={saved}")
    assert analyze(features=[str(listed), {layer: saved}]).json == both
    unnamed = analyze(features={layer: numpy.ones((16, 2)) * [[1, 2]]})
    assert {"features.0", "features.1"} <= set(unnamed.table("unit_features").columns)


def test_passes_settings_and_seed(example, command):
    options = ("--passes", "unit-features", "--set", "unit-features.field=9", "--seed", 5)
    expected = command("analyze", example, *options, "--format", "json")
    for passes in ("unit-features", ["unit-features"]):
        for settings in ("unit-features.field=9", ["unit-features.field=9"], {"unit-features.field": 9}):
            assert ramus.analyze(example, passes=passes, settings=settings, seed=5).json == expected


def test_labels_of_each_model_of_a_comparison(example, other, command, tmp_path):
    each = [LABELS, {"/Concat": {"odd": [1, 3, 5]}}]
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, labels in zip(paths, each):
        path.write_text(json.dumps(labels))
    expected = command("compare", other, example, "--labels", paths[0], "--labels", paths[1], "--format", "json")
    assert ramus.compare([other, example], labels=paths).json == expected
    assert ramus.compare([other, example], labels=each).comparisons == json.loads(expected)["comparisons"]
    with pytest.raises(ramus.UsageError, match="labels: 2 for 3 models"):
        ramus.compare([other, example, other], labels=each)


MISTAKES = {
    "a pass": (dict(passes="spectres"), ramus.UsageError, "pass 'spectres': no such pass"),
    "an option": (dict(settings={"factors.q": 1}), ramus.UsageError, "factors.q"),
    "a value": (dict(settings={"factors.k": 0}), ramus.UsageError, "must be 1..256"),
    "a seed": (dict(seed=-1), ramus.UsageError, "seed: -1"),
    "threads": (dict(threads=-1), ramus.UsageError, "threads: -1"),
    "a layer of labels": (dict(labels={"conv9": {"f": [0]}}), ramus.UsageError, "conv9"),
    "labels that are none": (dict(labels={"conv1": 3}), ramus.RamusError, "labels"),
    "a file of labels": (dict(labels="/none.json"), ramus.InvalidInputError, "/none.json: No such file"),
    "a file of features": (dict(features="/none.json"), ramus.InvalidInputError, "/none.json: No such file"),
    "features that are none": (dict(features=[3]), TypeError, "features"),
    "a set": (dict(labels={"conv1": {"f": {1, 2}}}), TypeError, "labels: set"),
    "a NUL": (dict(passes="fac\0tors"), ramus.UsageError, "NUL"),
    "a name of a path": (dict(name="m.onnx"), ramus.UsageError, "for models in memory"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in(mistake, example):
    options, kind, text = MISTAKES[mistake]
    with pytest.raises(kind) as caught:
        ramus.analyze(example, **options)
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_errors_say_what_the_command_would_exit_with():
    kinds = (ramus.UsageError, ramus.InvalidInputError, ramus.InternalError, ramus.Cancelled)
    assert [kind.exit_status for kind in kinds] == [2, 3, 4, 130]
    assert all(issubclass(kind, ramus.RamusError) for kind in kinds)


@pytest.mark.parametrize("model", [b"", b"text", b"\xff" * 100, bytes(1000), "/none.onnx", "no\udcffutf8.onnx"])
def test_what_is_no_model(model):
    with pytest.raises(ramus.InvalidInputError) as caught:
        ramus.analyze(model)
    assert "\n" not in str(caught.value)


def test_a_cut_model_is_refused_or_read_but_never_crashes(example):
    with open(example, "rb") as file:
        data = file.read()
    for size in range(0, len(data), len(data) // 23):
        with pytest.raises(ramus.InvalidInputError, match="cut.onnx"):
            ramus.analyze(data[:size], name="cut.onnx", passes="branch-tree")


def test_what_can_be_no_model_at_all():
    with pytest.raises(TypeError, match="not int"):
        ramus.analyze(3)


class HugeProto:
    """As an onnx.ModelProto beyond what protobuf can write."""

    def __init__(self, size):
        self.size = size

    def ByteSize(self):
        if self.size is None:
            raise ValueError("exceeds maximum protobuf size")
        return self.size

    def SerializeToString(self):
        raise AssertionError("must not be asked")


@pytest.mark.parametrize("size", [3 << 30, None])
def test_a_message_beyond_two_gigabytes(size):
    with pytest.raises(ramus.UsageError, match="give the path of its file"):
        ramus.analyze(HugeProto(size))


def test_progress_and_its_exceptions(example, whole):
    seen = []
    assert ramus.analyze(example, progress=lambda *step: seen.append(step)) == whole
    assert all(isinstance(phase, str) and 0 <= done <= total for phase, done, total in seen) and seen

    def fail(*_):
        raise LookupError("from the progress")

    with ramus.Session(progress=fail) as session:
        for _ in range(2):  # the session is fit for another call
            with pytest.raises(LookupError, match="from the progress"):
                session.analyze(example)


def test_cancel_from_another_thread(example, whole):
    begun = threading.Event()
    with ramus.Session(progress=lambda *_: begun.set()) as session:
        canceller = threading.Thread(target=lambda: (begun.wait(), session.cancel()))
        canceller.start()
        with pytest.raises(ramus.Cancelled):
            session.analyze(example, settings={"factors.permutations": 9999})
        canceller.join()
        with pytest.raises(ramus.Cancelled):
            session.analyze(example)
        session.resume()
        assert session.analyze(example) == whole


def test_a_closed_session(example):
    session = ramus.Session()
    session.close()
    session.close()
    with pytest.raises(ramus.UsageError, match="is closed"):
        session.analyze(example)


def test_the_log_goes_to_logging(example, caplog, capfd):
    with caplog.at_level(logging.INFO, logger="ramus"):
        ramus.analyze(example)
    assert any("linearised kernels" in record.getMessage() for record in caplog.records)
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="ramus"):
        ramus.analyze(example)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
