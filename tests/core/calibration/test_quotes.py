"""The quotes of one time: from a history, from vols, from prices, and what is refused."""

import numpy as np
import pytest

from outsample.calibration import ChainQuotes
from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import FitError
from outsample.formulas.black import black_price, black_vega
from outsample.typing import DAY, YEAR

START, FORWARD, VOL, HALF = 1_767_254_400_000_000_000, 60_000.0, 0.6, 0.001


def history(settlement, snapshots=3, bid=None):
    """Return the out-of-the-money quotes of two tenors at a flat vol."""
    time, days, strike = (
        column.ravel()
        for column in np.meshgrid(np.arange(snapshots), (5.0, 30.0), np.linspace(0.8, 1.2, 4) * FORWARD, indexing="ij")
    )
    time = START + DAY * time.astype(np.int64)
    is_call = strike >= FORWARD
    price = black_price(strike / FORWARD, days / 365.0, np.full(time.size, VOL), is_call)
    price = price if settlement is Settlement.INVERSE else price * FORWARD
    unknown = np.full(time.size, np.nan)
    return OptionQuotes(
        time=time,
        expiry=time + (days * DAY).astype(np.int64),
        instrument=np.arange(time.size, dtype=np.int32) % 10,
        strike=strike,
        is_call=is_call,
        forward=np.full(time.size, FORWARD),
        index=np.full(time.size, FORWARD),
        bid=price * (1.0 - HALF) if bid is None else np.full(time.size, bid),
        ask=price * (1.0 + HALF),
        mark=unknown.copy(),
        mark_vol=unknown.copy(),
        open_interest=unknown.copy(),
        volume=unknown.copy(),
        settlement=settlement,
        currency="BTC",
        venue="nowhere",
        instruments=tuple(f"I{i}" for i in range(10)),
    )


@pytest.mark.parametrize("settlement", Settlement)
def test_the_observations_of_one_time_in_fractions_of_the_forward(settlement):
    data = history(settlement)
    chain = ChainQuotes.at(data, 1)
    rows = data.observed.row[data.observed.time_index == 1]
    assert chain.size == rows.size == 8
    assert chain.slice_start.tolist() == [0, 4, 8]
    assert chain.tenor == pytest.approx((data.expiry[rows] - data.time[rows]) / YEAR)
    assert chain.strike_ratio == pytest.approx(data.strike[rows] / FORWARD, rel=1e-15)
    assert chain.is_call.tolist() == data.is_call[rows].tolist()
    assert chain.implied_vol == pytest.approx(VOL, rel=1e-9)
    assert chain.price == pytest.approx(black_price(chain.strike_ratio, chain.tenor, np.full(8, VOL), chain.is_call))
    assert chain.half_spread == pytest.approx(HALF * chain.price)
    assert chain.vega == pytest.approx(black_vega(chain.strike_ratio, chain.tenor, np.full(8, VOL)), rel=1e-9)
    assert chain.at_the_money == pytest.approx([VOL, VOL])
    assert not any(column.flags.writeable for column in vars(chain).values())


def test_quotes_come_sorted_by_tenor_and_strike():
    strike, tenor = np.array([1.1, 0.9, 1.0, 0.8]), np.array([0.5, 0.5, 0.1, 0.1])
    chain = ChainQuotes.of_vols(strike, tenor, strike > 1.0, np.array([0.1, 0.2, 0.3, 0.4]), forward=strike)
    assert chain.tenor.tolist() == [0.1, 0.1, 0.5, 0.5]
    assert chain.strike_ratio.tolist() == [0.8, 1.0, 0.9, 1.1]
    assert chain.implied_vol.tolist() == [0.4, 0.3, 0.2, 0.1]
    assert chain.forward.tolist() == [0.8, 1.0, 0.9, 1.1]
    assert np.isnan(chain.half_spread).all()
    assert [chain.strike_ratio[rows].tolist() for rows in chain.slices] == [[0.8, 1.0], [0.9, 1.1]]


def test_prices_and_vols_make_the_same_chain():
    strike, tenor = np.linspace(0.8, 1.2, 9), np.repeat([0.1, 0.2, 0.3], 3)
    by_vol = ChainQuotes.of_vols(strike, tenor, strike > 1.0, 0.4)
    by_price = ChainQuotes.of_prices(by_vol.strike_ratio, by_vol.tenor, by_vol.is_call, by_vol.price)
    for name in ("strike_ratio", "tenor", "implied_vol", "price", "vega"):
        assert getattr(by_price, name) == pytest.approx(getattr(by_vol, name), rel=1e-10)


def test_some_of_the_quotes_keep_their_slices():
    strike = np.tile([0.9, 1.0, 1.1], 3)
    chain = ChainQuotes.of_vols(strike, np.repeat([0.1, 0.2, 0.3], 3), strike > 1.0, 0.4)
    kept = chain.only(np.array([True, False, False, False, False, False, True, True, True]))
    assert kept.slice_start.tolist() == [0, 1, 4]
    assert kept.strike_ratio.tolist() == [0.9, 0.9, 1.0, 1.1]


NONE = "^a calibration needs quotes, found none; choose another time or relax the filters$"
BAD = "found 1 of 2 that are not; leave them out$"


@pytest.mark.parametrize(
    ("strike", "tenor", "price", "message"),
    [
        ([], [], [], NONE),
        ([0.9, 1.0], 0.5, [0.0, 0.1], BAD),
        ([0.9, 1.0], 0.5, [np.nan, 0.1], BAD),
        ([0.9, 1.0], 0.5, [1.0, 0.1], BAD),
        ([np.nan, 1.0], 0.5, [0.2, 0.1], BAD),
        ([-0.9, 1.0], 0.5, [0.2, 0.1], BAD),
        ([0.9, 1.0], [0.0, 0.5], [0.2, 0.1], BAD),
    ],
    ids=["no quotes", "price at intrinsic", "no price", "price above its bound", "no strike", "strike", "tenor"],
)
def test_prices_that_are_none_are_refused(strike, tenor, price, message):
    with pytest.raises(FitError, match=message):
        ChainQuotes.of_prices(strike, tenor, np.ones(len(strike), bool), price)


def test_a_price_below_intrinsic_is_refused():
    with pytest.raises(FitError, match="prices between intrinsic and the upper bound, " + BAD):
        ChainQuotes.of_prices([0.9, 1.0], 0.5, True, [0.0999, 0.1])


@pytest.mark.parametrize("vol", [np.nan, np.inf, 0.0, -0.1, 1e-4])
def test_vols_without_a_vega_are_refused(vol):
    with pytest.raises(FitError, match=BAD):
        ChainQuotes.of_vols([0.9, 1.0], 0.5, False, [vol, 0.2])


def test_a_time_without_observations_is_named():
    data = history(Settlement.INVERSE, bid=np.nan)
    sound = history(Settlement.INVERSE, snapshots=1)
    mixed = {
        name: np.concatenate([getattr(sound, name), getattr(data, name)[8:]])
        for name in ("time", "expiry", "instrument", "strike", "is_call", "forward", "index", "bid", "ask", "mark")
    }
    unknown = np.full(mixed["time"].size, np.nan)
    mixed |= {name: unknown.copy() for name in ("mark_vol", "open_interest", "volume")}
    joined = OptionQuotes(
        **mixed, settlement=Settlement.INVERSE, currency="BTC", venue="nowhere", instruments=data.instruments
    )
    assert ChainQuotes.at(joined, 0).size == 8
    with pytest.raises(FitError, match="found none at 2026-01-02T08:00Z; choose another time or relax the filters"):
        ChainQuotes.at(joined, 1)


def test_an_empty_choice_is_refused():
    chain = ChainQuotes.of_vols([0.9, 1.0], 0.5, False, 0.2)
    with pytest.raises(FitError, match=NONE):
        chain.only(np.zeros(2, bool))
