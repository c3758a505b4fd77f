"""Every C and C++ file is as clang-format 14 writes it."""

import shutil
import subprocess
import sys

import tree

tool = shutil.which("clang-format-14")
if not tool:
    print("SKIPPED: clang-format-14 is not installed")
    sys.exit(tree.SKIPPED)
sources = list(map(str, tree.files(suffixes=tree.CPP)))
if not sources:
    sys.exit("nothing was checked")
sys.exit(subprocess.run([tool, "--dry-run", "-Werror", "--ferror-limit=3", *sources], cwd=tree.ROOT).returncode)
