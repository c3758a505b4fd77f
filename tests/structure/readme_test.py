"""What the pages say is so: the README shows the two commands and real output, links lead somewhere, passes are documented.

usage: readme_test.py [RAMUS]      without the command, what it prints is not compared
"""

import json
import re
import subprocess
import sys

import tree

problems = []


def text_of(path):
    return (tree.ROOT / path).read_text(encoding="utf-8")


def printed(*arguments):
    return subprocess.run([sys.argv[1], *arguments], cwd=tree.ROOT, check=True, capture_output=True, text=True).stdout


readme = text_of("README.md")
for command in ("bash examples/quickstart.sh", "bash tests/run.sh"):
    if command not in readme:
        problems.append(f"README.md does not show: {command}")
if "tests/run.sh" not in text_of(".ci/run"):
    problems.append(".ci/run does not call tests/run.sh")

pages = ["README.md", *map(str, tree.files(suffixes={".md"}))]
for page in pages:
    for target in re.findall(r"\]\(([^)#\s]+)", text_of(page)):
        if "://" not in target and not (tree.ROOT / page).parent.joinpath(target).exists():
            problems.append(f"{page}: links {target}, which is not there")

if len(sys.argv) > 1:
    seeds = [f"examples/models/two_branch_tin32bn_s{seed}.onnx" for seed in (1, 3)]
    for first_line, arguments in ((f"{seeds[1]}: ", ("analyze", seeds[1])), (f"A: {seeds[0]}: ", ("compare", *seeds))):
        shown = re.search(rf"```\n({re.escape(first_line)}.*?)```", readme, re.DOTALL).group(1).splitlines()
        actual = iter(printed(*arguments).splitlines())
        for line in shown:
            if line != "..." and line not in actual:  # `in` reads on to the line that is meant, so the order counts too
                problems.append(f"README.md shows a line that `ramus {' '.join(arguments)}` does not print there: {line!r}")
                break

    table = [row["name"] for row in json.loads(printed("passes", "--format", "json"))]
    documented = re.findall(r"^### (\S+)$", text_of("passes/README.md"), re.MULTILINE)
    if table != documented:
        problems.append(f"passes/README.md has headings for {documented}, the table has {table}")

    rules = json.loads(printed("explain", "--format", "json"))
    table = [f"| {row['code']} | {row['name']} | {row['severity']} | {row['summary']} |" for row in rules]
    documented = [line for line in text_of("plugin/check/README.md").splitlines() if line.startswith("| RMS")]
    if table != documented:
        problems.append(f"plugin/check/README.md lists other rules than there are: {set(table) ^ set(documented)}")

tree.finish(problems, len(pages))
