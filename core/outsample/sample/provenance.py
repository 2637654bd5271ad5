"""The import reports of the sample: where its rows come from, in the words that every other data set uses."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import numpy as np

from outsample import __version__
from outsample.datasets import OptionQuotes, Settlement
from outsample.sample.market import COIN, GENERATOR, SampleMarket
from outsample.sample.recipe import SampleRecipe

if TYPE_CHECKING:
    from outsample.io.report import ImportReport
    from outsample.io.self_check import SelfCheck
    from outsample.io.vendor import Vendor

__all__ = ["sample_reports"]

_QUOTE_UNITS: Final = {
    "time": "UTC",
    "expiry": "UTC",
    "instrument": "",
    "is_call": "",
    "strike": "USD",
    "forward": "USD",
    "index": "USD",
    "bid": COIN,
    "ask": COIN,
    "mark": COIN,
    "mark_vol": "fraction a year",
    "open_interest": COIN,
    "volume": COIN,
}
_PRICE_UNITS: Final = {"time": "UTC", "open": "USD", "high": "USD", "low": "USD", "close": "USD", "volume": COIN}


def sample_reports(market: SampleMarket, recipe: SampleRecipe, seconds: float) -> "tuple[ImportReport, ImportReport]":
    """Return the reports of the quotes and of the prices; `seconds` is how long the making took."""
    from outsample.io.vendor import Vendor

    truth = market.truth
    planted = (
        f"Planted: {len(truth.regimes)} regimes, {len(truth.jumps)} jumps, one change of skew, one outage, one episode "
        f"of a stale index, {len(truth.stale_rows):,} stale, {len(truth.crossed_rows):,} crossed and "
        f"{len(truth.fat_finger_rows):,} fat-finger quotes; the truth is stored beside."
    )
    quotes = _report(Vendor.DERIBIT, recipe, market.quotes.size, _QUOTE_UNITS, seconds, planted, _check(market.quotes))
    return quotes, _report(Vendor.PRICES, recipe, market.prices.time.size, _PRICE_UNITS, seconds, planted, None)


def _report(
    form: "Vendor",
    recipe: SampleRecipe,
    rows: int,
    units: dict[str, str],
    seconds: float,
    planted: str,
    check: "SelfCheck | None",
) -> "ImportReport":
    from outsample.io.report import ImportReport, MappedColumn, SourceFile

    text = json.dumps(asdict(recipe), sort_keys=True)
    return ImportReport(
        vendor=form,
        files=(SourceFile("the sample recipe", recipe.key, len(text)),),
        rows_read=rows,
        rows_kept=rows,
        rejected={},
        rejects=(),
        left_out={},
        mapping=tuple(MappedColumn(name, name, unit) for name, unit in units.items()),
        notes=(
            f"Sample data: made by the seeded generator in the form of that vendor; the coin {COIN} does not exist.",
            planted,
        ),
        self_check=check,
        seconds=round(seconds, 3),
        versions={"outsample": __version__, "generator": str(GENERATOR), "numpy": np.__version__},
    )


def _check(quotes: OptionQuotes) -> "SelfCheck | None":
    from outsample.io.self_check import self_check

    return self_check(
        quotes.time,
        quotes.expiry,
        quotes.strike,
        quotes.is_call,
        quotes.forward,
        quotes.index,
        quotes.mark,
        quotes.mark_vol,
        quotes.settlement is Settlement.INVERSE,
    )
