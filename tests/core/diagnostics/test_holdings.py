"""A book through time, against every position priced by hand."""

import gc
import math
import weakref
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from outsample.datasets import Settlement
from outsample.diagnostics.book_path import book_errors, book_path, predicted_by_all, vega_by_cell
from outsample.diagnostics.holdings import holdings
from outsample.errors import UsageError
from outsample.io.book import Book
from outsample.windows import default_split


def a_book(quotes, count=60, seed=3):
    """Return positions in instruments that are seen a few times, calls and puts, long and short."""
    stream = np.random.default_rng(seed)
    chosen = stream.choice(np.unique(quotes.instrument), count, replace=False)
    quantity = np.round(stream.normal(scale=10.0, size=count), 1)
    return Book("book.csv", tuple(quotes.instruments[i] for i in chosen), quantity)


@pytest.fixture(scope="module")
def quotes(market):
    return market.quotes


@pytest.fixture(scope="module")
def book(quotes):
    return a_book(quotes)


def observed_by_hand(quotes, book, t):
    """Yield (quantity, is it a call, observation) of every position that can be priced at time t."""
    seen = quotes.observed
    span = range(seen.time_start[t], seen.time_start[t + 1])
    at_terms = {}
    for i in span:
        row = seen.row[i]
        at_terms.setdefault((quotes.expiry[row], quotes.strike[row]), {})[bool(quotes.is_call[row])] = i
    for name, quantity in zip(book.instruments, book.quantity, strict=True):
        row = int(np.flatnonzero(quotes.instrument == quotes.instruments.index(name))[0])
        is_call = bool(quotes.is_call[row])
        here = at_terms.get((quotes.expiry[row], quotes.strike[row]), {})
        if here:
            yield quantity, is_call, here.get(is_call, here.get(not is_call))


def black(forward, strike, tenor, vol, is_call):
    upper = math.log(forward / strike) / (vol * math.sqrt(tenor)) + 0.5 * vol * math.sqrt(tenor)
    sign = 1.0 if is_call else -1.0
    lower = upper - vol * math.sqrt(tenor)
    return sign * (forward * norm.cdf(sign * upper) - strike * norm.cdf(sign * lower))


@pytest.mark.parametrize("t", [0, 17, 60])
def test_value_and_greeks_are_those_of_every_position_by_itself(quotes, book, t):
    seen, path = quotes.observed, book_path(holdings(quotes, book))
    found = list(observed_by_hand(quotes, book, t))
    assert path.priced[t] == len(found) > 0
    total = dict.fromkeys(("value_usd", "value_coin", "delta", "coin_delta", "gamma", "vega_usd", "theta_coin"), 0.0)
    for quantity, is_call, i in found:
        f, k, tenor, vol = seen.forward[i], seen.strike[i], seen.tenor[i], seen.implied_vol[i]

        def usd(f=f, tenor=tenor, vol=vol, k=k, is_call=is_call):
            return black(f, k, tenor, vol, is_call)

        step, day = 1e-4 * f, 1e-3 / 365
        total["value_usd"] += quantity * usd()
        total["value_coin"] += quantity * usd() / f
        total["delta"] += quantity * (usd(f=f + step) - usd(f=f - step)) / (2 * step)
        total["coin_delta"] += quantity * (usd(f=f + step) / (f + step) - usd(f=f - step) / (f - step)) / (2 * step)
        total["gamma"] += quantity * (usd(f=f + step) - 2 * usd() + usd(f=f - step)) / step**2
        total["vega_usd"] += quantity * (usd(vol=vol + 1e-4) - usd(vol=vol - 1e-4)) / 0.02
        total["theta_coin"] += quantity * (usd(tenor=tenor - day) - usd(tenor=tenor + day)) / (2e-3 * f)
    for name, value in total.items():
        assert getattr(path, name)[t] == pytest.approx(value, rel=1e-4), name
    assert path.net_delta[t] == pytest.approx(path.delta[t] - path.value_coin[t])


def test_an_option_in_the_money_is_priced_by_the_other_type_of_its_strike(quotes):
    seen = quotes.observed
    row = seen.row[np.flatnonzero(~seen.is_call)[5]]  # an out-of-the-money put
    twin = row + 1
    assert quotes.is_call[twin]
    assert quotes.strike[twin] == quotes.strike[row]
    names = [quotes.instruments[quotes.instrument[i]] for i in (row, twin)]
    t = int(np.searchsorted(quotes.times, quotes.time[row]))
    long_put, short_call = (
        book_path(holdings(quotes, Book("one", (name,), np.array([sign]))))
        for name, sign in zip(names, (1.0, -1.0), strict=True)
    )
    forward, strike = quotes.forward[row], quotes.strike[row]
    assert long_put.value_usd[t] + short_call.value_usd[t] == pytest.approx(strike - forward)
    assert long_put.delta[t] + short_call.delta[t] == pytest.approx(-1.0)
    assert long_put.vega_usd[t] == pytest.approx(-short_call.vega_usd[t])


def test_errors_are_the_premium_errors_of_the_positions(quotes, book):
    seen = quotes.observed
    prediction = seen.implied_vol * 1.1 + 0.01
    found = book_errors(holdings(quotes, book), prediction)
    for t in (0, 33):
        usd = [
            quantity * (black(*args, prediction[i], is_call) - black(*args, seen.implied_vol[i], is_call))
            for quantity, is_call, i in observed_by_hand(quotes, book, t)
            for args in [(seen.forward[i], seen.strike[i], seen.tenor[i])]
        ]
        assert found.signed_usd[t] == pytest.approx(math.fsum(usd), rel=1e-8)
        assert found.gross_usd[t] == pytest.approx(math.fsum(map(abs, usd)), rel=1e-8)
    perfect = book_errors(holdings(quotes, book), seen.implied_vol)
    assert np.nanmax(perfect.gross_coin) < 1e-12


def test_a_linear_book_is_worth_the_same_in_both_currencies(quotes, book):
    forward = quotes.forward
    linear = replace(
        quotes, bid=quotes.bid * forward, ask=quotes.ask * forward, mark=forward, settlement=Settlement.LINEAR
    )
    one, other = (book_path(holdings(data, book)) for data in (quotes, linear))
    for name in ("value_coin", "value_usd", "net_delta", "vega_usd", "theta_coin"):
        assert np.allclose(getattr(one, name), getattr(other, name), rtol=1e-8, equal_nan=True), name
    shift = [book_errors(holdings(data, book), data.observed.implied_vol + 0.02) for data in (quotes, linear)]
    assert np.allclose(shift[0].signed_usd, shift[1].signed_usd, rtol=1e-6, equal_nan=True)
    assert np.allclose(shift[0].gross_coin, shift[1].gross_coin, rtol=1e-6, equal_nan=True)


def test_positions_are_counted_where_they_are_quoted_and_where_they_are_priced(quotes, book):
    held = holdings(quotes, book)
    path = book_path(held)
    names = set(book.instruments)
    for t in (0, 50):
        rows = quotes.time == quotes.times[t]
        assert path.quoted[t] == sum(quotes.instruments[i] in names for i in quotes.instrument[rows])
    assert (path.priced <= path.quoted).all()
    assert path.priced.sum() == held.size
    assert np.array_equal(np.isnan(path.value_usd), path.priced == 0)
    assert (np.diff(held.time_index) >= 0).all()


def test_only_what_every_model_predicts_is_compared(quotes, book):
    held = holdings(quotes, book)
    first, second = np.full((2, quotes.observed.size), 0.5)
    assert predicted_by_all(held, [first, second]) is held
    first[held.observation[::2]] = np.nan
    second[held.observation[1]] = np.nan
    compared = predicted_by_all(held, [first, second])
    lost = set(held.observation[::2]) | {held.observation[1]}
    assert compared.size == sum(i not in lost for i in held.observation)
    assert np.isfinite(book_errors(compared, first).signed_usd).sum() == np.unique(compared.time_index).size


def test_vega_by_cell_adds_up_to_the_vega_of_the_book(quotes, book):
    held, split = holdings(quotes, book), default_split(quotes.times)
    path = book_path(held)
    for window in (split.train, split.test):
        rows, found = window.rows(quotes.times), vega_by_cell(held, window)
        assert found.net_usd.sum() == pytest.approx(np.nanmean(path.vega_usd[rows]))
        assert found.net_coin.sum() == pytest.approx(np.nanmean(path.vega_coin[rows]))
        assert found.share.sum() == pytest.approx(1.0)
        assert (found.gross_usd >= np.abs(found.net_usd)).all()
        assert set(np.flatnonzero(found.gross_usd)) == set(
            held.cell[np.isin(held.time_index, np.arange(*rows.indices(10**6)))]
        )


def test_data_that_nobody_holds_are_let_go(quotes, book):
    data = replace(quotes)
    holdings(data, book)
    watched = weakref.ref(data)
    del data
    gc.collect()
    assert watched() is None


def test_a_book_of_another_history_is_refused(quotes):
    with pytest.raises(UsageError, match=r"found XYZ-1 in other\.csv; read the book again"):
        holdings(quotes, Book("other.csv", ("XYZ-1",), np.array([1.0])))
