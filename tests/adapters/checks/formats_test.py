"""What `ramus check` writes, as readers of other projects see it: JSON by its schema, JUnit, workflow commands of GitHub.

usage: formats_test.py CHECKS_PROBE SOURCE_DIR
"""

import copy
import json
import pathlib
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

import jsonschema

probe, source = sys.argv[1], pathlib.Path(sys.argv[2])
CASES = ("plain", "full", "hostile", "nothing", "long")
# As made_checks.cpp has it: the bytes of a name, and how people are shown them.
HOSTILE = "q\"'b\r\n::error::x%0A]]></failure>[l](http://x){0}&amp;\x1b[31m\u202e\ufffd"
SHOWN = "q\"'b  ::error::x%0A]]></failure>[l](http://x){0}&amp; [31m \ufffd"
problems = []


def expect(condition, *what):
    if not condition:
        problems.append(" ".join(map(str, what)))


def written(form, case):
    out = subprocess.run([probe, form, case], check=True, capture_output=True).stdout
    again = subprocess.run([probe, form, case], check=True, capture_output=True).stdout
    expect(out == again, form, case, "differs from call to call")
    return out.decode("utf-8", "strict")


def is_fit_for_a_log(text):
    return all(letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf") for letter in text)


def json_by_its_schema():
    schema = jsonschema.Draft7Validator(json.loads((source / "adapters/checks/checks.schema.json").read_text("utf-8")))
    schema.check_schema(schema.schema)
    for case in CASES:
        for error in schema.iter_errors(json.loads(written("json", case))):
            expect(False, "json", case, "/".join(map(str, error.absolute_path)), error.message[:200])
    full = json.loads(written("json", "full"))
    expect(json.loads(written("json", "hostile"))["models"][1]["findings"][0]["place"]["name"] == HOSTILE, "json: a name")
    for name, make in {
        "another schema": lambda c: c.update(schema="ramus.report/1"),
        "a severity that nobody knows": lambda c: c.update(fail_on="fatal"),
        "a finding without its place": lambda c: c["models"][0]["findings"][0].pop("place"),
        "an ignored finding without its reason": lambda c: c["models"][0]["ignored"][0].pop("reason"),
        "a failure and findings": lambda c: c["models"][0].update(failure="x"),
        "neither": lambda c: c["models"][2].pop("failure"),
        "an unknown part": lambda c: c["models"][0]["findings"][0].update(line=1),
        "a fact that is a list": lambda c: c["models"][0]["findings"][0]["facts"].update(share=[1]),
    }.items():
        wrong = copy.deepcopy(full)
        make(wrong)
        expect(not schema.is_valid(wrong), "the schema lets through:", name)


def command_of(line):
    """As the runner of GitHub reads it: actions/runner, ActionCommand.TryParseV2."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    if match is None:
        return None
    level, properties, message = match.groups()

    def unescape(text, marks):
        for mark, letter in marks:
            text = text.replace(mark, letter)
        return text

    data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
    named = dict(entry.split("=", 1) for entry in properties.split(","))
    named = {key: unescape(value, [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")])
             for key, value in named.items()}  # fmt: skip
    return level, named, unescape(message, data)


def github_commands():
    for case in CASES:
        text = written("github", case)
        expect(is_fit_for_a_log(text), "github", case, "has control characters")
        *lines, last = text.splitlines()
        expect(re.match(r"(\d+|no) findings?\b", last) and "::" not in last, "github", case, "ends with", last)
        models = json.loads(written("json", case))["models"]
        told = sum(1 if "failure" in model else len(model["findings"]) for model in models)
        told += len(json.loads(written("json", case))["settings"])
        expect(len(lines) == told, "github", case, "has", len(lines), "lines for", told, "findings")
        for line in lines:
            command = command_of(line)
            expect(command and command[0] in ("error", "warning", "notice"), "github", case, line[:100])
            expect(command and set(command[1]) == {"file", "line", "title"}, "github", case, line[:100])
    commands = [command_of(line) for line in written("github", "hostile").splitlines()[:-1]]
    expect([command[0] for command in commands] == ["error", "error", "warning", "notice", "notice"], "github: the order")
    expect(commands[0][1]["file"] == f"models/{SHOWN}", "github: a file", commands[0][1])
    expect(commands[1][2] == f"cannot be read: {SHOWN}", "github: a failure", commands[1])
    expect(commands[2][2] == f"node '{SHOWN}' of the body '{SHOWN}': says {SHOWN}\n{SHOWN}: {SHOWN} -> {SHOWN} -> y",
           "github: a message", commands[2][2])  # fmt: skip


def junit_of(case):
    text = written("junit", case)
    expect(is_fit_for_a_log(text), "junit", case, "has control characters")
    root = ElementTree.fromstring(text)
    expect(root.tag == "testsuites", "junit", case, "begins with", root.tag)
    for parent, suites in ((root, list(root)), *((suite, [suite]) for suite in root)):
        tests = [test for suite in suites for test in suite]
        expect(int(parent.get("tests")) == len(tests), "junit", case, "counts of tests")
        for tag, count in (("failure", "failures"), ("error", "errors")):
            with_tag = [test for test in tests if test.find(tag) is not None]
            expect(int(parent.get(count)) == len(with_tag), "junit", case, "counts of", count)
    for suite in root:
        expect(suite.tag == "testsuite" and suite.get("skipped") == "0", "junit", case, "a suite")
        for test in suite:
            expect(test.tag == "testcase" and test.get("classname") == suite.get("name") and test.get("name"), "junit", case)
            expect({part.tag for part in test} <= {"failure", "error", "system-out"}, "junit", case, "parts of a test")
            expect(len(test.findall("failure")) <= 1, "junit", case, "readers take the first failure alone")
    return root


def junit_tests():
    roots = {case: junit_of(case) for case in CASES}
    full, hostile = roots["full"], roots["hostile"]
    expect([suite.get("name") for suite in full] == ["models/x", "/x", "broken/x", "ramus-x.toml"], "junit: the suites")
    expect(len(full[0]) == len(full[1]) > 1, "junit: rules that found nothing are tests as well")
    first = hostile[0][0]
    expect(first.find("failure").get("message") == "is not as it should be", "junit: a failure")
    expect(first.find("failure").get("type") == "error", "junit: its type")
    out = first.find("system-out").text
    expect(f"warning: node '{SHOWN}' of the body '{SHOWN}': says {SHOWN}\n" in out, "junit: what is milder", out)
    expect(f"ignored (because {SHOWN}): node '{SHOWN}'" in out, "junit: what is ignored", out)
    expect("in the baseline: node " in hostile[1][0].find("system-out").text, "junit: what is in the baseline")
    expect(hostile[2][0].find("error").get("message") == f"cannot be read: {SHOWN}", "junit: a failed model")


json_by_its_schema()
github_commands()
junit_tests()
print("\n".join(problems) if problems else "every format reads back")
sys.exit(1 if problems else 0)
