"""One small made market, analysed once."""

import pytest

from outsample.report import Analysis, analyse
from outsample.sample import SampleMarket, make_market, small_recipe
from outsample.study import Workspace
from outsample.windows import default_split


@pytest.fixture(scope="session")
def market() -> SampleMarket:
    """Four months of quotes and hourly prices."""
    return make_market(small_recipe())


@pytest.fixture(scope="session")
def of_options(market: SampleMarket) -> Analysis:
    """Option models, one of them a benchmark."""
    names = ("rolling-surface", "flat-vol", "relative-smile")
    return analyse(Workspace(market.quotes), default_split(market.quotes.times), "squared-vol-points", names)


@pytest.fixture(scope="session")
def of_prices(market: SampleMarket) -> Analysis:
    """Price models, one of which the score cannot judge."""
    names = ("historical-var", "normal-var", "ewma-variance")
    return analyse(Workspace(market.prices), default_split(market.prices.times), "pinball-0.01", names)
