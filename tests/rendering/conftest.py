"""Runs what is true of every shipped theme with each of them."""

import pytest

from pipeline import shipped


@pytest.fixture(scope="module", params=shipped.themes())
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)
