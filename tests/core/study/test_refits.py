"""Refits: those of the test window, whatever else was made with them."""

import numpy as np

from outsample.catalog import contenders, score
from outsample.study import Settings, Workspace, compare
from outsample.windows import Scheme, Split, Window, default_split


def test_regret_is_of_the_test_window_whatever_else_was_refitted(market):
    """Refits are made for whole blocks of times; what is left of them before the window is not shown."""
    workspace, times = Workspace(market.quotes), market.quotes.times
    vol, stop = score("squared-vol-points").score, default_split(times).test.stop
    train, chosen = Window(int(times[0]), int(times[40])), Settings(scheme=Scheme.FREE)
    kept = {}
    for start in (70, 73, 45, 73):
        moved = Split(train, Window(int(times[start]), stop))
        study, fresh = (
            compare(contenders(("relative-smile",)), where, moved, vol, chosen)[0]
            for where in (workspace, Workspace(market.quotes))
        )
        assert np.isnan(study.regret[:start]).all()
        assert np.isfinite(study.regret[start:]).all()
        assert study.regret.tobytes() == fresh.regret.tobytes()
        kept[start] = study.refitted_losses
    assert kept[70] is kept[73], "the same block of times"
    assert kept[70] is not kept[45]
