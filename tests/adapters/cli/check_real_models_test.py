"""What `ramus check` finds in real models with its default rules: the list below, judged by hand, and no error but for
the two that came without their weights.

usage: check_real_models_test.py RAMUS SHARED_DIR
"""

import json
import pathlib
import subprocess
import sys
from collections import Counter

ramus, folder = sys.argv[1], pathlib.Path(sys.argv[2]) / "models"
if not folder.is_dir():
    print(f"skipped: {folder} is not there")
    sys.exit(77)

# Model: findings by code and severity, and why they are right.
EXPECTED = {
    "deeplabv3_mobilenetv2": {"RMS104 note": 1},  # one arm of the spatial pyramid pools to a pixel, the other does all the work
    "dtln_lstm": {"RMS001 note": 1},  # the cell state that a hand-written LSTM begins with, times its forget gate
    "gtcrn": {"RMS001 note": 4},  # the mask on the spectrum; three caches, which it hands on
    "light_resnet50": {"RMS202 note": 1},  # the queue that Caffe2 fed images through
    "phi4mm_speech_graph": {"RMS001 note": 1,  # the attention mask
                            "RMS903 error": 1},  # its weights stand in a file that did not come along
    "resnet18_dynamo_functions": {"RMS201 note": 1,  # branches of exported functions that constants decide
                                  "RMS903 error": 1},  # it names its weights, and holds none
    "rfb640_face": {"RMS202 note": 1},  # counters of batches
    "tf_bert_qa_tiny": {"RMS001 note": 1},  # the attention mask
    "tiny_gpt2_beamsearch": {"RMS001 note": 1},  # the same, in the body of the search
    "voicevox_spectrogram": {"RMS103 note": 2,  # blocks of a conformer that write little
                             "RMS105 note": 2},  # convolutions half of whose weights were pruned away
}

failures = []
models = sorted([*folder.glob("*.onnx"), *(folder / "trained").glob("*.onnx")])
done = subprocess.run([ramus, "check", "--quiet", "--format", "json", *map(str, models)], capture_output=True, text=True)
checks = json.loads(done.stdout)
if len(checks["models"]) != len(models):
    failures.append(f"{len(checks['models'])} of {len(models)} models are told")
for model in checks["models"]:
    name = pathlib.Path(model["path"]).stem
    if "failure" in model:
        failures.append(f"{name}: {model['failure']}")
        continue
    found = Counter(f"{one['code']} {one['severity']}" for one in model["findings"])
    if found != Counter(EXPECTED.get(name, {})):
        failures.append(f"{name}: {dict(found)}, expected {EXPECTED.get(name, {})}")
if done.returncode != 1:  # by the two models without weights
    failures.append(f"exit {done.returncode}")

print(*failures, sep="\n")
print(f"{len(models)} models, {len(failures)} problems")
sys.exit(1 if failures else 0)
