"""All tests of the Black-Scholes world on one split."""

from outsample.datasets import OptionQuotes, Prices
from outsample.diagnostics.assumptions.case import Case
from outsample.diagnostics.assumptions.kinds import Assumption
from outsample.diagnostics.assumptions.option_rows import market_rows, option_rows
from outsample.diagnostics.assumptions.return_rows import return_rows
from outsample.diagnostics.assumptions.settings import AssumptionSettings
from outsample.diagnostics.assumptions.table import AssumptionTable
from outsample.windows import Split

__all__ = ["assess_assumptions"]


def assess_assumptions(
    data: Prices | OptionQuotes, split: Split, settings: AssumptionSettings | None = None
) -> AssumptionTable:
    """Test what the Black-Scholes world takes for granted: on train, on test, and with train parameters on test.

    Rows of the train window, apart from what compares them with others, depend on nothing after its end.

    Parameters
    ----------
    data : Prices or OptionQuotes
        Of options, the underlying and the quotes.
    split : Split
    settings : AssumptionSettings, optional

    Returns
    -------
    AssumptionTable
        Always the same rows; what the data do not allow is `NotTested`.

    Raises
    ------
    DataError
        An option history holds no observation, or fewer than two prices of its underlying.
    """
    case = Case(data, split, settings or AssumptionSettings())
    order = {one: place for place, one in enumerate(Assumption)}
    rows = sorted((*return_rows(case), *option_rows(case), *market_rows(case)), key=lambda one: order[one.assumption])
    train, test = case.train, case.test
    return AssumptionTable.of(
        rows,
        case.settings.level,
        (train.value.size, test.value.size),
        (train.gaps, test.gaps),
        train.trades_every_day,
    )
