"""The waterfall of any window, and what further filters would take."""

from dataclasses import replace

import numpy as np
import pytest

from outsample.datasets import WeightReason
from outsample.datasets.weights import Filters
from outsample.diagnostics.further_filters import FurtherFilters, parity_gap, unchanged_for
from outsample.diagnostics.waterfall import filter_waterfall
from outsample.errors import UsageError
from outsample.windows import Window, default_split


@pytest.fixture(scope="module")
def quotes(market):
    return market.quotes


def test_the_whole_history_has_the_counts_of_the_data_set(quotes):
    found = filter_waterfall(quotes)
    assert [step.removed for step in found.steps] == [quotes.weight_reasons[reason] for reason in WeightReason]
    assert [step.name for step in found.steps] == [quotes.filters.says(reason) for reason in WeightReason]
    assert (found.quotes, found.observations) == (quotes.size, quotes.observed.size)
    for step, after in zip(found.steps[:-1], found.steps[1:], strict=True):
        assert step.left == after.before


def test_windows_add_up_and_count_only_their_own_quotes(quotes):
    split = default_split(quotes.times)
    whole, train, test = (filter_waterfall(quotes, window) for window in (None, split.train, split.test))
    assert train.quotes == (quotes.time < split.train.stop).sum()
    for a, b, c in zip(whole.steps, train.steps, test.steps, strict=True):
        assert (a.before, a.removed) == (b.before + c.before, b.removed + c.removed)
    for a, b, c in zip(whole.further, train.further, test.further, strict=True):
        assert (a.alone, a.in_order) == (b.alone + c.alone, b.in_order + c.in_order)
    one_sided = ~((quotes.bid > 0) & (quotes.ask > 0)) & (quotes.time >= split.test.start)
    assert test.steps[0].removed == one_sided.sum() > 0
    empty = filter_waterfall(quotes, Window(0, 1))
    assert empty.quotes == empty.observations == sum(one.alone for one in empty.further) == 0


def test_a_snapshot_without_any_observation_is_counted_too(quotes):
    first = quotes.time == quotes.times[0]
    data = replace(quotes, bid=np.where(first, np.nan, quotes.bid))
    found = filter_waterfall(data, Window(int(quotes.times[0]), int(quotes.times[1])))
    assert found.steps[0].removed == found.quotes == first.sum()
    assert found.observations == 0


def test_the_waterfall_follows_the_filters_of_the_data(quotes):
    strict = quotes.viewed(quotes.target, quotes.axis, Filters(largest_relative_spread=0.1))
    wide = list(WeightReason).index(WeightReason.WIDE)
    assert filter_waterfall(strict).steps[wide].name == "relative spread above 0.1"
    assert filter_waterfall(strict).steps[wide].removed > filter_waterfall(quotes).steps[wide].removed


def test_further_filters_count_what_they_would_take(quotes):
    seen = quotes.observed
    filters = FurtherFilters(least_open_interest=20.0, stale_snapshots=2, largest_log_moneyness=0.2)
    interest, stale, moneyness, _ = filter_waterfall(quotes, None, filters).further
    small = quotes.open_interest[seen.row] < 20.0
    far = np.abs(np.log(quotes.strike[seen.row] / quotes.forward[seen.row])) > 0.2
    held = unchanged_for(quotes)[seen.row] >= 2
    assert (interest.name, interest.alone, interest.in_order) == ("open interest below 20", small.sum(), small.sum())
    assert (stale.alone, stale.in_order) == (held.sum(), (held & ~small).sum())
    assert moneyness.name == "|ln K/F| above 0.2"
    assert (moneyness.alone, moneyness.in_order) == (far.sum(), (far & ~held & ~small).sum())
    assert min(small.sum(), held.sum(), far.sum()) > 0


def test_open_interest_that_is_not_known_takes_nothing(quotes):
    unknown = replace(quotes, open_interest=np.full(quotes.size, np.nan))
    assert filter_waterfall(unknown).further[0].alone == 0


def test_unchanged_quotes_are_counted_by_looking_back_only(quotes):
    count = unchanged_for(quotes)
    stream = np.random.default_rng(5)
    time_index = np.searchsorted(quotes.times, quotes.time)
    place = {(t, i): row for row, (t, i) in enumerate(zip(time_index, quotes.instrument, strict=True))}
    for row in stream.choice(np.flatnonzero(count > 0), 40).tolist() + stream.choice(quotes.size, 40).tolist():
        t, instrument, expected = time_index[row], quotes.instrument[row], 0
        while True:
            earlier = place.get((t - expected - 1, instrument))
            same = (
                earlier is not None
                and quotes.bid[earlier] == quotes.bid[row]
                and quotes.ask[earlier] == quotes.ask[row]
            )
            if not same:
                break
            expected += 1
        assert count[row] == expected
    half = quotes.times.size // 2
    first = quotes.time < quotes.times[half]
    altered = replace(quotes, bid=np.where(first, quotes.bid, 0.5), ask=np.where(first, quotes.ask, 0.6))
    assert np.array_equal(unchanged_for(altered)[first], count[first])


def test_planted_stale_quotes_stand_out(market):
    count = unchanged_for(market.quotes)
    stale = np.array(market.truth.stale_rows)
    assert (count[stale] >= 1).all()
    assert (count >= 3).mean() < 0.1


def test_the_parity_gap_is_that_of_the_textbook(quotes):
    gap = parity_gap(quotes)
    two_sided = (quotes.bid > 0) & (quotes.ask >= quotes.bid)
    put = np.flatnonzero(
        ~quotes.is_call[:-1] & (quotes.strike[1:] == quotes.strike[:-1]) & two_sided[1:] & two_sided[:-1]
    )
    call, middle = put + 1, 0.5 * (quotes.bid + quotes.ask)
    expected = np.abs(middle[call] - middle[put] - (1.0 - quotes.strike[call] / quotes.forward[call]))
    assert gap[call] == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(gap[call], gap[put])
    assert np.isnan(gap[~two_sided]).all()
    assert np.isfinite(gap).sum() == 2 * put.size


def test_a_further_filter_out_of_bounds_is_refused():
    with pytest.raises(UsageError, match="stale after must be a whole number from 1 to 1000 snapshots, found 0"):
        FurtherFilters(stale_snapshots=0)
