"""Ctrl-C during a call: KeyboardInterrupt, soon, and the session is fit for another call."""

import random
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys
import ramus

begun = []

def progress(phase, done, total):
    if not begun:
        begun.append(phase)
        print("begun", flush=True)

with ramus.Session(progress=progress) as session:
    try:
        session.{call}
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    begun.append("quietly")
    print(len(session.analyze({model!r}).groups), flush=True)
"""

# Each would run for minutes.
CALLS = [
    "analyze({model!r}, settings={{'factors.permutations': 9999, 'modularity.cluster_permutations': 9999}})",
    "compare([{model!r}] * 200, settings={{'factors.permutations': 9999}})",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c(example, call, presses):
    program = PROGRAM.format(call=call.format(model=example), model=example)
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "begun\n"
        for _ in range(presses):
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    assert (out, err, child.returncode) == ("interrupted\n1\n", "", 0)


def test_ctrl_c_that_nobody_catches(example):
    program = PROGRAM.format(call=CALLS[0].format(model=example), model=example)
    program = program.replace("except KeyboardInterrupt", "except EOFError")
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "begun\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    assert out == "" and err.endswith("KeyboardInterrupt\n") and child.returncode == -signal.SIGINT


IMPATIENT = """
import signal
import ramus

inside = False
interrupts = 0
model = open({model!r}, "rb").read()
expected = ramus.analyze(model, passes="branch-tree")

def interrupt_calls_only(*_):
    global inside
    if inside:
        inside = False
        raise KeyboardInterrupt

signal.signal(signal.SIGINT, interrupt_calls_only)
print("begun", flush=True)
while interrupts < 40:
    try:
        inside = True
        assert ramus.analyze(model, passes="branch-tree") == expected
        inside = False
    except KeyboardInterrupt:
        interrupts += 1
signal.signal(signal.SIGINT, signal.SIG_IGN)  # also while Python ends
assert ramus.analyze(model, passes="branch-tree") == expected
print("done", flush=True)
"""


def test_ctrl_c_at_any_moment(example):
    """Wherever it strikes, in Python or in the library, nothing is left locked."""
    program = IMPATIENT.format(model=example)
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "begun\n"
        pause = random.Random(0)
        for _ in range(2000):
            if child.poll() is not None:
                break
            child.send_signal(signal.SIGINT)
            time.sleep(pause.uniform(0, 0.06))
        out, _ = child.communicate(timeout=60)
    finally:
        child.kill()
    assert (out, child.returncode) == ("done\n", 0)
