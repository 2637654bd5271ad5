"""The regime track: which label holds when, and the runs that are drawn."""

import pickle

import numpy as np
import pytest

from outsample.regimes import Regime, segment_regimes
from outsample.typing import DAY
from outsample.windows import Window


@pytest.fixture
def track():
    generator = np.random.default_rng(2)
    sigma = np.repeat([0.01, 0.08, 0.02, 0.3], 40)
    close = np.exp(np.concatenate(([0.0], (generator.normal(size=160) * sigma).cumsum())))
    time = (np.arange(161) + 500) * DAY
    keep = np.ones(161, dtype=bool)
    keep[[20, 21, 130]] = False  # days without a price
    return segment_regimes(time[keep], close[keep], Window(500 * DAY, 600 * DAY + DAY // 2))


def test_bands_adjoin_cover_every_day_and_change_colour_at_each_edge(track):
    bands = track.bands()
    assert len(bands) > 2
    assert (bands[0][0], bands[-1][1]) == (500 * DAY, 661 * DAY)
    for (_, stop, one), (start, _, two) in zip(bands[:-1], bands[1:], strict=True):
        assert stop == start
        assert one is not two


def test_bands_and_look_ups_give_the_same_label_at_any_time(track):
    inside = np.random.default_rng(0).integers(500 * DAY, 661 * DAY, size=2000)
    times = np.concatenate((inside, track.edge[:-1], track.edge[1:] - 1))
    by_band = [next(label for start, stop, label in track.bands() if start <= t < stop) for t in times.tolist()]
    assert track.at(times).tolist() == by_band
    assert track.at(times).dtype == np.int8


def test_a_train_day_holds_over_itself_and_a_filtered_one_from_its_close_on(track):
    assert track.filtered_from == 601 * DAY  # the day that holds the train end closes after it
    first_filtered = int(np.searchsorted(track.time, track.filtered_from))
    for row in (0, 10, first_filtered - 2):
        assert track.edge[row] == (track.time[row - 1] if row else 500 * DAY)
        assert track.edge[row + 1] == track.time[row]
    np.testing.assert_array_equal(track.edge[first_filtered:-1], track.time[first_filtered:])
    last_train = track.label[first_filtered - 1]
    assert track.at(np.array([600 * DAY, 601 * DAY - 1])).tolist() == [last_train] * 2


def test_the_outermost_labels_extend_without_end(track):
    assert track.at(np.array([0, 10_000 * DAY])).tolist() == [track.label[0], track.label[-1]]


def test_a_track_survives_pickling_and_cannot_be_written_to(track):
    copy = pickle.loads(pickle.dumps(track))
    np.testing.assert_array_equal(copy.label, track.label)
    assert copy.segments == track.segments
    assert not any(column.flags.writeable for column in (track.time, track.edge, track.volatility, track.label))


def test_codes_are_the_values_of_the_enumeration(track):
    assert track.label.dtype == np.int8
    assert set(track.label.tolist()) <= {int(regime) for regime in Regime}
    assert [regime.value for regime in Regime] == [0, 1, 2, 3]
