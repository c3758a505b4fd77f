"""The README shows the two commands, every file that it links is there, and CI runs what it says."""

import re

import tree

problems = []
readme = (tree.ROOT / "README.md").read_text(encoding="utf-8")
for command in ("bash examples/quickstart.sh", "bash tests/run.sh"):
    if command not in readme:
        problems.append(f"README.md does not show: {command}")
if "tests/run.sh" not in (tree.ROOT / ".ci/run").read_text(encoding="utf-8"):
    problems.append(".ci/run does not call tests/run.sh")

pages = ["README.md", *map(str, tree.files(suffixes={".md"}))]
for page in pages:
    text = (tree.ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not (tree.ROOT / page).parent.joinpath(target).exists():
            problems.append(f"{page}: links {target}, which is not there")

tree.finish(problems, len(pages))
