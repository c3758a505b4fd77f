"""Asks numerics_probe and checks its answers; shared by the scripts in this folder."""

import json
import subprocess
import sys

SKIPPED = 77


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


class Probe:
    """Collects questions with what to do with each answer, asks them all at once, and counts what disagrees."""

    def __init__(self, program):
        self.program = program
        self.questions = []
        self.checks = []
        self.failures = 0
        self.compared = 0

    def ask(self, check, **question):
        self.questions.append(question)
        self.checks.append(check)

    def near(self, name, got, want, tolerance):
        """|got - want| <= tolerance * max(1e-300, |want|), entry by entry."""
        import numpy as np

        got, want = np.asarray(got, float), np.asarray(want, float)
        self.compared += 1
        good = got.shape == want.shape and np.all(np.abs(got - want) <= tolerance * np.maximum(1e-300, np.abs(want)))
        if not good:
            self.failures += 1
            print(f"{name}: got {got}, want {want}")

    def true(self, name, condition, detail=""):
        self.compared += 1
        if not condition:
            self.failures += 1
            print(f"{name}: does not hold {detail}")

    def run(self):
        text = json.dumps(self.questions)
        done = subprocess.run([self.program], input=text, capture_output=True, text=True, check=True)
        for check, answer in zip(self.checks, json.loads(done.stdout)):
            check(answer)
        self.questions, self.checks = [], []

    def finish(self):
        print(f"{self.compared} comparisons, {self.failures} failed")
        sys.exit(1 if self.failures else 0)
