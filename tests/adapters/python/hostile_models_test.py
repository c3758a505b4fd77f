"""Files made to break readers come back as reports or as one line of error."""

import pytest
import ramus
from conftest import SHARED


def test_hostile_models_come_back_as_reports_or_errors():
    models = sorted(path for path in (SHARED / "models/bad").rglob("*") if path.is_file())
    if not models:
        pytest.skip("the folder of larger models is not there")
    refused = 0
    for model in models:
        try:
            ramus.analyze(model, passes="branch-tree")
        except ramus.RamusError as error:
            refused += 1
            assert "\n" not in str(error) and not isinstance(error, ramus.InternalError), (model, error)
    assert 0 < refused
