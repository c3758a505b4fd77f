"""Runs tests of the Python package with pytest, on the package in the source tree.

usage: run_pytest.py SOURCE_DIR BUILD_DIR LIBRARY COMMAND SHARED_DIR TEST_FILE...
"""

import os
import sys

try:
    import pytest
except ImportError:
    print("SKIPPED: python3-pytest is not installed")
    sys.exit(77)

source, build, library, command, shared, *tests = sys.argv[1:]
package = os.path.join(source, "adapters", "python")
here = os.path.dirname(os.path.abspath(__file__))
os.environ.update(
    RAMUS_TEST_SOURCE=source,
    RAMUS_TEST_BUILD=build,
    RAMUS_TEST_COMMAND=command,
    RAMUS_TEST_SHARED=shared,
    RAMUS_LIBRARY=library,
    PYTHONPATH=package,
    PYTHONDONTWRITEBYTECODE="1",
)
sys.dont_write_bytecode = True
sys.path.insert(0, package)


class Skips:
    """A test that lacks something makes the whole run count as skipped, so that it shows."""

    reasons = set()

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.reasons.add(report.longrepr[2])


skips = Skips()
status = pytest.main(["-q", "-p", "no:cacheprovider", *(os.path.join(here, test) for test in tests)], plugins=[skips])
if status == 0 and skips.reasons:
    print("SKIPPED:", *sorted(skips.reasons))
    status = 77
sys.exit(status)
