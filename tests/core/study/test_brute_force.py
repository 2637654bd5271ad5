"""The engine against plain loops written from DEFINITIONS.md: every number of a study, to 1e-9."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import t as student

from outsample.catalog import contenders, entry, score
from outsample.datasets import Axis, Target
from outsample.diagnostics import decay, error_surface, headline
from outsample.io import open_files
from outsample.models.smile import AbsoluteSmile, FlatVol, RelativeSmile, Weighting
from outsample.study import Composition, Settings, Workspace, compare, evaluate
from outsample.windows import Handle, Scheme, default_split, move

from .brute_force import (
    BruteLongRun,
    BruteMarket,
    black,
    call_delta,
    decay_buckets,
    delta_of,
)

CLOSE = 1e-9
UNITS = {
    "squared-vol-points": "vol points",
    "absolute-vol-points": "vol points",
    "squared-price": "price",
    "squared-coin": "coin",
    "squared-premium-percent": "percent",
    "squared-half-spreads": "half-spreads",
    "absolute-half-spreads": "half-spreads",
}
SMILES = {"flat-vol": "flat", "absolute-smile": "absolute", "relative-smile": "relative"}
NAMES = ("rolling-surface", "flat-vol", "absolute-smile", "relative-smile")


def random_split(times, seed, scheme):
    """Return a split that some dragging led to."""
    random = np.random.default_rng(seed)
    split = default_split(times, purge=int(random.integers(0, 3)) * 86_400 * 10**9)
    if scheme is not Scheme.ANCHORED:
        split = move(split, Handle.TRAIN_START, int(times[random.integers(1, 12)]), times, Scheme.FREE)
        split = move(split, Handle.TEST_END, int(times[random.integers(-8, -1)]), times, Scheme.FREE)
    for _ in range(4):
        handle = list(Handle)[random.integers(4)]
        split = move(split, handle, int(random.integers(times[0], times[-1])), times, scheme)
    return split


@dataclass(frozen=True)
class Twin:
    """A data set and its brute-force double."""

    data: object
    brute: BruteMarket


@pytest.fixture(scope="module")
def twins(rough, linear):
    return {
        "inverse": Twin(rough, BruteMarket(rough)),
        "linear": Twin(linear, BruteMarket(linear)),
        "marked": Twin(rough.viewed(Target.MARK, Axis.DELTA), BruteMarket(rough, mark=True, by_delta=True)),
    }


KINDS = ("inverse", "linear", "marked")


def column(brute, name):
    return np.array([getattr(quote, name) for quote in brute.quotes])


def window(part):
    return part.start, part.stop


def times_in(part, times):
    return int(np.count_nonzero((times >= part.start) & (times < part.stop)))


# --- Observations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_waterfall_keeps_and_refuses_the_same_quotes(kind, twins):
    data, brute = twins[kind].data, twins[kind].brute
    assert data.observed.row.tolist() == [quote.row for quote in brute.quotes]
    assert {reason.name: count for reason, count in data.weight_reasons.items() if count} == dict(brute.reasons)
    assert sum(data.weight_reasons.values()) + data.observed.size == data.size


@pytest.mark.parametrize("kind", KINDS)
def test_observed_columns_and_cells_agree(kind, twins):
    seen, brute = twins[kind].data.observed, twins[kind].brute
    for theirs, ours in (
        ("implied_vol", "vol"),
        ("premium", "premium"),
        ("half_spread", "half"),
        ("log_moneyness", "k"),
        ("standardised", "x"),
        ("tenor", "tenor"),
    ):
        np.testing.assert_allclose(getattr(seen, theirs), column(brute, ours), rtol=CLOSE, atol=1e-15)
    assert seen.cell.tolist() == [quote.cell for quote in brute.quotes]
    keys = sorted(brute.slices)
    np.testing.assert_allclose(seen.slice_atm_vol, [brute.atm[key] for key in keys], rtol=CLOSE)
    assert [int(twins[kind].data.times[i]) for i in seen.slice_time] == [time for time, _ in keys]


def test_vols_agree_with_a_root_finder_on_a_sample(twins):
    brute, seen = twins["inverse"].brute, twins["inverse"].data.observed
    for i in np.random.default_rng(1).choice(len(brute.quotes), 60, replace=False).tolist():
        quote = brute.quotes[i]

        def excess(vol, quote=quote):
            ratio = np.array(quote.strike / quote.forward)
            return float(black(ratio, quote.tenor, vol, quote.is_call)) - quote.premium

        assert seen.implied_vol[i] == pytest.approx(brentq(excess, 1e-4, 10.0, xtol=1e-14, rtol=1e-14), rel=CLOSE)


# --- Models ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_rolling_surface_agrees(kind, twins):
    data, brute = twins[kind].data, twins[kind].brute
    fitted = entry("rolling-surface").build().fit(data, default_split(data.times).train)
    expected = brute.rolling_surface()
    np.testing.assert_allclose(fitted.predict(data).values, expected, rtol=CLOSE)
    assert np.isnan(expected).any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_the_frozen_surface_agrees(kind, seed, twins):
    data, brute = twins[kind].data, twins[kind].brute
    split = random_split(data.times, seed, Scheme.FREE)
    fitted = entry("frozen-surface").build().fit(data, split.train)
    np.testing.assert_allclose(fitted.predict(data).values, brute.frozen_surface(window(split.train)), rtol=CLOSE)


@pytest.mark.parametrize("weighting", Weighting)
@pytest.mark.parametrize("build", [FlatVol, AbsoluteSmile, RelativeSmile])
def test_smiles_agree(build, weighting, twins):
    twin = twins["inverse"]
    name = {FlatVol: "flat", AbsoluteSmile: "absolute", RelativeSmile: "relative"}[build]
    split = random_split(twin.data.times, 3, Scheme.FREE)
    fitted = build(weighting).fit(twin.data, split.train)
    fit = twin.brute.smile(name, window(split.train), weighting is Weighting.VEGA)
    np.testing.assert_allclose(fitted.predict(twin.data).values, twin.brute.smile_vols(name, fit), rtol=CLOSE)
    np.testing.assert_allclose(fitted.coefficients, fit[0], rtol=1e-6)
    assert fitted.mean_forward == pytest.approx(fit[1], rel=1e-12)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("name", ["flat-vol", "absolute-smile", "relative-smile"])
def test_refitted_smiles_agree(name, scheme, twins):
    data, brute = twins["inverse"].data, twins["inverse"].brute
    split = random_split(data.times, 4, scheme)
    chosen = Settings(scheme=scheme)
    study = compare(contenders((name,)), Workspace(data), split, score("squared-vol-points").score, chosen)[0]
    length = times_in(split.train, data.times) if scheme is Scheme.ROLLING else None
    at = data.times[:: max(1, data.times.size // 12)].tolist()
    expected = brute.refitted_smile(SMILES[name], split.train.start, length, at)
    found = study.refitted_losses.prediction
    asked = np.isin([quote.time for quote in brute.quotes], at)
    np.testing.assert_allclose(found[asked], expected[asked], rtol=CLOSE)


# --- Losses, headline, decay, surface -------------------------------------------------------------------------------

CASES = [
    ("inverse", "squared-vol-points", Composition.TRAIN, Scheme.ANCHORED, 10),
    ("inverse", "squared-vol-points", Composition.RAW, Scheme.ROLLING, 11),
    ("inverse", "squared-price", Composition.TRAIN, Scheme.FREE, 12),
    ("inverse", "squared-coin", Composition.RAW, Scheme.ANCHORED, 13),
    ("inverse", "squared-premium-percent", Composition.TRAIN, Scheme.ROLLING, 14),
    ("inverse", "squared-half-spreads", Composition.TRAIN, Scheme.ANCHORED, 15),
    ("linear", "squared-price", Composition.TRAIN, Scheme.ANCHORED, 16),
    ("linear", "squared-coin", Composition.TRAIN, Scheme.ROLLING, 17),
    ("linear", "absolute-half-spreads", Composition.RAW, Scheme.FREE, 18),
    ("marked", "absolute-vol-points", Composition.TRAIN, Scheme.FREE, 19),
    ("marked", "squared-premium-percent", Composition.RAW, Scheme.ANCHORED, 20),
]


@pytest.mark.parametrize(("kind", "score_name", "composition", "scheme", "seed"), CASES)
def test_every_number_of_a_comparison_agrees(kind, score_name, composition, scheme, seed, twins):
    data, brute = twins[kind].data, twins[kind].brute
    split = random_split(data.times, seed, scheme)
    settings = Settings(composition, scheme)
    studies = compare(contenders(NAMES), Workspace(data), split, score(score_name).score, settings)
    train, test = window(split.train), window(split.test)
    squared = score_name.startswith("squared")

    def losses_of(vols):
        error = brute.errors(vols, UNITS[score_name])
        return (error**2 if squared else np.abs(error)), error

    predicted = {"rolling-surface": brute.rolling_surface(), "frozen-surface": brute.frozen_surface(train)}
    for name, smile in SMILES.items():
        predicted[name] = brute.smile_vols(smile, brute.smile(smile, train))
    common = np.all([np.isfinite(vols) for vols in predicted.values()], axis=0)
    counted = (common & np.isfinite(losses_of(predicted["flat-vol"])[0])).tolist()
    weights = brute.composition(counted, train)
    held = weights if composition is Composition.TRAIN else None
    per_time = {name: brute.per_time(losses_of(vols)[0], counted, held) for name, vols in predicted.items()}

    for study in studies:
        assert study.refused == int(np.count_nonzero(~np.isfinite(predicted[study.name])))
        assert study.uncommon == int(np.count_nonzero(~common))
        ours = per_time[study.name]
        np.testing.assert_allclose(study.loss, list(ours.values()), rtol=CLOSE)
        found = headline(study)
        losses, error = losses_of(predicted[study.name])
        check_means(found, ours, squared, train, test)
        signed = brute.per_time(error, counted, held)
        for part, bias in ((split.train, found.bias_in), (split.test, found.bias_out)):
            each = inside(signed, window(part))
            assert bias == pytest.approx(math.fsum(each) / len(each), rel=1e-8, abs=1e-9)
            check_surface(error_surface(study, part), brute.by_cell(losses, counted, window(part)), squared)
        if study.name in SMILES:
            rival = per_time["frozen-surface"]
            contrast = {t: math.log(ours[t]) - math.log(rival[t]) for t in ours if math.isfinite(ours[t])}
            np.testing.assert_allclose(
                study.differential[np.isfinite(study.differential)], list(contrast.values()), rtol=CLOSE, atol=CLOSE
            )
            check_delta(found, contrast, train, test)
            check_decay(decay(study), ours, contrast, split, squared)
    check_regret(studies[1], brute, losses_of, counted, held, per_time, split, scheme)


def inside(series, part):
    return [value for t, value in series.items() if part[0] <= t < part[1] and math.isfinite(value)]


def check_means(found, per_time, squared, train, test):
    before, after = inside(per_time, train), inside(per_time, test)
    means = [math.fsum(part) / len(part) for part in (before, after)]
    shown = [math.sqrt(mean) if squared else mean for mean in means]
    assert (found.in_sample, found.out_of_sample) == pytest.approx(shown, rel=CLOSE)
    assert found.out_over_in == pytest.approx(shown[1] / shown[0], rel=CLOSE)
    assert (found.times_train, found.times_test) == (len(before), len(after))
    total = sum(part[0] <= t < part[1] for t in per_time for part in (train, test))
    assert found.missing == total - len(before) - len(after)


def check_delta(found, contrast, train, test):
    expected = delta_of(inside(contrast, train), inside(contrast, test))
    n_eff = expected.pop("n_eff_train"), expected.pop("n_eff_test")
    assert (found.effective_train, found.effective_test) == pytest.approx(n_eff, rel=1e-8)
    for name, value in expected.items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-8, abs=CLOSE), name


def check_surface(surface, expected, squared):
    for cell in range(surface.count.size):
        count, mean = expected.get(cell, (0, math.nan))
        assert surface.count[cell] == count
        shown = math.sqrt(mean) if squared else mean
        assert surface.loss[cell] == pytest.approx(shown, rel=CLOSE, nan_ok=True)


def check_decay(curve, per_time, contrast, split, squared):
    train, test = window(split.train), window(split.test)
    base = BruteLongRun(inside(contrast, train))
    raw, relative = (decay_buckets(series, split.train.stop, test) for series in (per_time, contrast))
    ends = (
        band_of(raw, BruteLongRun(inside(per_time, test)), 0.0),
        band_of(relative, BruteLongRun(inside(contrast, test)), base.error2),
    )
    at = {round(start): i for i, start in enumerate(curve.start.tolist())}
    assert int(curve.times.sum()) == sum(len(values) for *_, values in raw)
    for (low, high, values), of_raw, of_ratio in zip(raw, *ends, strict=True):
        i = at[low]
        assert (curve.start[i], curve.stop[i], curve.times[i]) == (low, high, len(values))
        shown = [math.sqrt(max(end, 0.0)) if squared else end for end in of_raw]
        assert read(curve.raw, i) == pytest.approx(shown, rel=1e-8)
        shown = [math.exp((0.5 if squared else 1.0) * (end - base.mean)) for end in of_ratio]
        assert read(curve.relative, i) == pytest.approx(shown, rel=1e-8)
    assert curve.raw.hatched
    level = math.fsum(inside(per_time, train)) / len(inside(per_time, train))
    assert curve.raw.level == pytest.approx(math.sqrt(level) if squared else level, rel=CLOSE)


def read(curve, i):
    return [band[i] for band in (curve.value, curve.low, curve.high, curve.low_all, curve.high_all)]


def band_of(buckets, whole, base_error2):
    """Mean, pointwise and simultaneous ends of every bucket, omega taken from the whole test window."""
    together = 0.5 * (1.0 + 0.95 ** (1.0 / len(buckets)))
    out = []
    for _, _, values in buckets:
        mean = math.fsum(values) / len(values)
        error = math.sqrt(whole.omega2 / len(values) + base_error2)
        point, everywhere = (student.ppf(level, whole.dof) * error for level in (0.975, together))
        out.append([mean, mean - point, mean + point, mean - everywhere, mean + everywhere])
    return out


def check_regret(study, brute, losses_of, counted, held, per_time, split, scheme):
    length = times_in(split.train, np.array(brute.times)) if scheme is Scheme.ROLLING else None
    test = window(split.test)
    at = [t for t in brute.times if test[0] <= t < test[1]]
    refitted = brute.refitted_smile(SMILES[study.name], split.train.start, length, at)
    losses, _ = losses_of(refitted)
    in_test = [counts and test[0] <= q.time < test[1] for q, counts in zip(brute.quotes, counted, strict=True)]
    theirs = inside(brute.per_time(losses, in_test, held), test)
    ours = inside(per_time[study.name], test)
    assert len(theirs) == len(ours)
    expected = math.fsum(math.log(a) - math.log(b) for a, b in zip(ours, theirs, strict=True)) / len(ours)
    assert headline(study).regret == pytest.approx(expected, rel=1e-8, abs=CLOSE)


def test_the_call_delta_of_a_call_at_the_forward_is_above_a_half(twins):
    """Guards the brute force itself against a sign that both sides could share."""
    quote = twins["inverse"].brute.quotes[0]
    kept = quote.k, quote.vol
    quote.k, quote.vol = 0.0, 0.5
    assert 0.5 < call_delta(quote) < 0.6
    quote.k, quote.vol = kept


# --- Real data ------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_real_quotes_agree_on_a_sample_of_times(real_data):
    path = real_data("deribit_btc_2026/btc_daily_20251230_20260430.parquet")
    data = open_files(path).dataset
    split = default_split(data.times)
    name = "relative-smile"
    study = evaluate(
        entry(name).build(), data, split, score("squared-vol-points").score, entry("frozen-surface").build()
    )
    brute = BruteMarket(data)
    assert data.observed.row.tolist() == [quote.row for quote in brute.quotes]
    predicted = brute.smile_vols("relative", brute.smile("relative", window(split.train)))
    rival = brute.frozen_surface(window(split.train))
    counted = np.isfinite(rival).tolist()
    weights = brute.composition(counted, window(split.train))
    sample = set(np.random.default_rng(2).choice(data.times, 25, replace=False).tolist())
    chosen = [counts and quote.time in sample for quote, counts in zip(brute.quotes, counted, strict=True)]
    for vols, found in ((predicted, study.loss), (rival, study.benchmark_loss)):
        ours = brute.per_time((100.0 * (vols - column(brute, "vol"))) ** 2, chosen, weights)
        expected = [ours[time] for time in sorted(sample)]
        np.testing.assert_allclose(found[np.searchsorted(data.times, sorted(sample))], expected, rtol=CLOSE)
