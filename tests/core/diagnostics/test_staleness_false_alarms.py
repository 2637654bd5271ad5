"""How often a model that does not decay is said to: by simulation, with losses as persistent as real ones."""

import numpy as np
import pytest

from outsample.datasets import Prices
from outsample.diagnostics.staleness import Finding, half_life, paired_contrasts, staleness_curve, vintage_losses
from outsample.models.variance import SampleVariance
from outsample.scores import QLIKE
from outsample.study import Settings, evaluate
from outsample.typing import DAY
from outsample.windows import Scheme, Split, Window

from .staleness_cases import persistent, vintages_of

RUNS = 2_000
DRAWS = 99  # resamples do not enter the decision


def finding_of(vintages):
    paired = paired_contrasts(vintages)
    return half_life(paired, staleness_curve(paired, draws=DRAWS))


@pytest.mark.slow
@pytest.mark.parametrize(("of_vintage", "of_date"), [(0.9, 0.5), (0.97, 0.0), (0.97, 0.9)])
def test_no_decay_is_found_in_persistent_losses_without_any(of_vintage, of_date):
    random, findings, covered = np.random.default_rng(17), [], 0
    for _ in range(RUNS):
        table = persistent(random, 180, of_vintage, of_date)
        paired = paired_contrasts(vintages_of(lambda age, o, t, logs=table: np.exp(logs[o, t]), count=180))
        curve = staleness_curve(paired, draws=DRAWS)
        findings.append(half_life(paired, curve).finding)
        covered += bool(((curve.low_all <= 0.0) & (curve.high_all >= 0.0))[curve.dates >= 20].all())
    quiet = np.mean([finding is Finding.NO_MEASURABLE_DECAY for finding in findings])
    assert quiet >= 0.93
    assert covered >= 0.93 * RUNS


@pytest.mark.slow
def test_no_decay_is_found_in_a_real_model_of_returns_that_do_not_change():
    random, quiet = np.random.default_rng(23), 0
    time = DAY * np.arange(361, dtype=np.int64)
    split = Split(Window(0, int(time[180])), Window(int(time[180]), int(time[-1]) + 1))
    for _ in range(RUNS):
        returns = 0.02 * random.standard_t(5, 360)
        close = 100.0 * np.exp(np.r_[0.0, np.cumsum(returns)])
        nothing = [np.full(361, np.nan) for _ in range(4)]
        data = Prices(time.copy(), *nothing[:3], close, nothing[3], "made")
        study = evaluate(SampleVariance(), data, split, QLIKE(), settings=Settings(scheme=Scheme.ROLLING))
        quiet += finding_of(vintage_losses(study, data)).finding is Finding.NO_MEASURABLE_DECAY
    assert quiet >= 0.93 * RUNS
