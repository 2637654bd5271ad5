"""One small market for the tests of summaries."""

import pytest

from outsample.sample import make_market, small_recipe


@pytest.fixture(scope="session")
def market():
    return make_market(small_recipe(days=90))
