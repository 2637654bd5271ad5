"""Data, split and settings of one table, and the returns that its tests share."""

from dataclasses import dataclass
from functools import cached_property

from outsample.datasets import OptionQuotes, Prices
from outsample.diagnostics.assumptions.bars import Bars, WindowReturns, bars_of
from outsample.diagnostics.assumptions.kinds import Stretch
from outsample.diagnostics.assumptions.settings import AssumptionSettings, Clock
from outsample.windows import Split, Window

__all__ = ["Case"]


@dataclass(frozen=True)
class Case:
    """What a table is made from.

    Parameters
    ----------
    data : Prices or OptionQuotes
    split : Split
    settings : AssumptionSettings
    """

    data: Prices | OptionQuotes
    split: Split
    settings: AssumptionSettings

    @property
    def quotes(self) -> OptionQuotes | None:
        """The option quotes, if the data are such."""
        return self.data if isinstance(self.data, OptionQuotes) else None

    @cached_property
    def prices(self) -> Prices:
        """The underlying."""
        return self.data.underlying() if isinstance(self.data, OptionQuotes) else self.data

    def window(self, stretch: Stretch) -> Window:
        """Return the train window, or the test window for the two other stretches."""
        return self.split.train if stretch is Stretch.TRAIN else self.split.test

    @cached_property
    def train(self) -> WindowReturns:
        """Train returns on the clock of the settings."""
        return bars_of(self.prices, self.settings.clock).within(self.split.train)

    @cached_property
    def test(self) -> WindowReturns:
        """Test returns on the clock of the settings."""
        return bars_of(self.prices, self.settings.clock).within(self.split.test)

    @cached_property
    def recorded(self) -> Bars:
        """Closes as recorded, of the whole history."""
        return bars_of(self.prices, Clock.RECORDED)

    @cached_property
    def recorded_train(self) -> WindowReturns:
        """Train returns in bars as recorded."""
        return self.recorded.within(self.split.train)

    @cached_property
    def recorded_test(self) -> WindowReturns:
        """Test returns in bars as recorded."""
        return self.recorded.within(self.split.test)

    @property
    def years(self) -> float:
        """Tenor of costs and hedges."""
        return self.settings.tenor_days / 365.0

    def sides(self) -> tuple[tuple[Stretch, WindowReturns], ...]:
        """Return both windows with their returns."""
        return (Stretch.TRAIN, self.train), (Stretch.TEST, self.test)
