"""Markets made once for all tests of the sample."""

import pytest

from outsample.sample import SampleMarket, SampleRecipe, make_market, small_recipe


@pytest.fixture(scope="session")
def small_market() -> SampleMarket:
    return make_market(small_recipe())


@pytest.fixture(scope="session")
def full_market() -> SampleMarket:
    return make_market(SampleRecipe())
