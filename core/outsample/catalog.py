"""Everything built in, in one explicit table: greppable, ordered and freeze-proof."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from outsample.datasets import OptionQuotes, Prices
from outsample.errors import UsageError
from outsample.model import Dataset, Model
from outsample.models.early_exercise import American
from outsample.models.parametric_smile import CorradoSu, Leland, Sabr, Ssvi, Svi
from outsample.models.smile import AbsoluteSmile, FlatVol, RelativeSmile
from outsample.models.stochastic_rates import Rabinovitch
from outsample.models.surface import FrozenSurface, RollingSurface
from outsample.models.transform import (
    SVCJ,
    Bates,
    Heston,
    HestonHullWhite,
    HestonState,
    Kou,
    Merton,
    VarianceGamma,
)
from outsample.models.value_at_risk import EwmaVaR, HistoricalVaR, NormalVaR, RollingHistoricalVaR
from outsample.models.variance import EwmaVariance, RollingVariance, SampleVariance
from outsample.scores import QLIKE, AbsoluteError, ErrorUnit, Pinball, Score, SquaredError
from outsample.study import Contender

__all__ = [
    "MODELS",
    "SCORES",
    "Entry",
    "Kind",
    "ScoreEntry",
    "contenders",
    "default_models",
    "default_score",
    "entry",
    "kind_of",
    "models_for",
    "score",
]


class Kind(Enum):
    """Which data sets a model or score is for."""

    OPTIONS = "options"
    PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model.

    Parameters
    ----------
    name : str
        Stable name, as typed on the command line and stored in cases.
    title : str
        As shown on screen.
    summary : str
        One line: what it assumes.
    kind : Kind
    build : callable
        Makes the model with its default hyper-parameters.
    scores : tuple of str
        Scores that are consistent for what it predicts; the first is its default.
    benchmark : str
        Name of the entry it has to beat; empty for a benchmark.
    fitted_by : str
        Name of the loss its fit minimises; empty where it minimises none. Judged by another, the verdict says so.
    """

    name: str
    title: str
    summary: str
    kind: Kind
    build: Callable[[], Model[Any]]
    scores: tuple[str, ...]
    benchmark: str = ""
    fitted_by: str = ""


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """One score with the title shown in the chooser."""

    score: Score
    title: str
    kind: Kind


SCORES: Final = (
    ScoreEntry(SquaredError(ErrorUnit.VOL_POINTS), "Implied vol, RMSE [vol pts]", Kind.OPTIONS),
    ScoreEntry(AbsoluteError(ErrorUnit.VOL_POINTS), "Implied vol, mean absolute [vol pts]", Kind.OPTIONS),
    ScoreEntry(SquaredError(ErrorUnit.PRICE), "Price, RMSE [USD]", Kind.OPTIONS),
    ScoreEntry(SquaredError(ErrorUnit.COIN), "Price, RMSE [coin]", Kind.OPTIONS),
    ScoreEntry(SquaredError(ErrorUnit.PREMIUM_PERCENT), "Price, RMSE [% of premium]", Kind.OPTIONS),
    ScoreEntry(SquaredError(ErrorUnit.HALF_SPREADS), "Price, RMSE [half-spreads]", Kind.OPTIONS),
    ScoreEntry(AbsoluteError(ErrorUnit.HALF_SPREADS), "Price, mean absolute [half-spreads]", Kind.OPTIONS),
    ScoreEntry(Pinball(0.01), "VaR 99 %, pinball [%]", Kind.PRICES),
    ScoreEntry(QLIKE(), "Variance, QLIKE [nats]", Kind.PRICES),
)

_OPTION_SCORES: Final = tuple(item.score.name for item in SCORES if item.kind is Kind.OPTIONS)
_VAR: Final = ("pinball-0.01",)
_VARIANCE: Final = ("qlike",)


def _frozen(name: str, title: str, summary: str, build: Callable[[], Model[Any]]) -> Entry:
    """Return an option model that is fitted to vols once, and so has to beat the frozen surface."""
    return Entry(name, title, summary, Kind.OPTIONS, build, _OPTION_SCORES, "frozen-surface", "squared-vol-points")


MODELS: Final = (
    Entry(
        "rolling-surface",
        "Rolling surface",
        "the last quoted surface before each time, carried by moneyness: what any model that updates must beat",
        Kind.OPTIONS,
        RollingSurface,
        _OPTION_SCORES,
    ),
    Entry(
        "frozen-surface",
        "Frozen surface",
        "the last quoted surface of the train window: what any frozen model must beat",
        Kind.OPTIONS,
        FrozenSurface,
        _OPTION_SCORES,
    ),
    _frozen("flat-vol", "Flat vol", "one volatility for every strike and tenor", FlatVol),
    _frozen(
        "absolute-smile",
        "Absolute smile",
        "volatility is a fixed function of strike and tenor (Dumas-Fleming-Whaley)",
        AbsoluteSmile,
    ),
    _frozen("relative-smile", "Relative smile", "volatility is a fixed function of moneyness and tenor", RelativeSmile),
    _frozen("merton", "Merton", "constant volatility and normal jumps of the price", Merton),
    _frozen("kou", "Kou", "constant volatility and exponential jumps, up and down with sizes of their own", Kou),
    _frozen("variance-gamma", "Variance gamma", "Brownian motion on a random clock: jumps alone", VarianceGamma),
    _frozen("heston", "Heston", "variance reverts to a mean and is correlated with the price", Heston),
    _frozen("bates", "Bates", "Heston with independent jumps of the price", Bates),
    _frozen("svcj", "SVCJ", "Heston with jumps of price and variance at the same times", SVCJ),
    Entry(
        "heston-state",
        "Heston, state refit",
        "Heston with the structure of the train window and the variance of the last time",
        Kind.OPTIONS,
        HestonState,
        _OPTION_SCORES,
        "rolling-surface",
        "squared-vol-points",
    ),
    _frozen(
        "svi", "SVI", "a drawn smile with straight wings in variance, over moneyness, and a level for each tenor", Svi
    ),
    _frozen("ssvi", "SSVI", "a surface of six parameters without static arbitrage", Ssvi),
    _frozen("sabr", "SABR", "lognormal volatility, correlated with the price, by Hagan's expansion", Sabr),
    _frozen("corrado-su", "Corrado-Su", "Black's formula with skewness and kurtosis of the log return", CorradoSu),
    Entry(
        "leland",
        "Leland",
        "the realised volatility of the underlying, with the costs of a hedge: no option price",
        Kind.OPTIONS,
        Leland,
        _OPTION_SCORES,
        "frozen-surface",
    ),
    _frozen(
        "rabinovitch",
        "Black, stochastic rates",
        "constant volatility and a rate that moves with the price",
        Rabinovitch,
    ),
    _frozen(
        "heston-hull-white",
        "Heston, Hull-White",
        "Heston, and an independent rate that moves by given numbers",
        HestonHullWhite,
    ),
    _frozen("american", "American", "one volatility and early exercise, for options on a spot", American),
    Entry(
        "historical-var",
        "Historical VaR",
        "the loss quantile of the train window, for ever: the frozen benchmark",
        Kind.PRICES,
        HistoricalVaR,
        _VAR,
    ),
    Entry(
        "rolling-historical-var",
        "Rolling historical VaR",
        "the loss quantile of the last 365 bars: the rolling benchmark",
        Kind.PRICES,
        RollingHistoricalVaR,
        _VAR,
    ),
    Entry(
        "normal-var",
        "Normal VaR",
        "returns are normal with the train mean and variance",
        Kind.PRICES,
        NormalVaR,
        _VAR,
        "historical-var",
    ),
    Entry(
        "ewma-var",
        "EWMA VaR",
        "returns are normal with an exponentially weighted variance",
        Kind.PRICES,
        EwmaVaR,
        _VAR,
        "rolling-historical-var",
        "qlike",
    ),
    Entry(
        "sample-variance",
        "Sample variance",
        "the variance of the train window, for ever: the frozen benchmark",
        Kind.PRICES,
        SampleVariance,
        _VARIANCE,
    ),
    Entry(
        "rolling-variance",
        "Rolling variance",
        "the variance of the last 90 bars: the rolling benchmark",
        Kind.PRICES,
        RollingVariance,
        _VARIANCE,
    ),
    Entry(
        "ewma-variance",
        "EWMA variance",
        "an exponentially weighted variance, its decay fitted on train",
        Kind.PRICES,
        EwmaVariance,
        _VARIANCE,
        "rolling-variance",
        "qlike",
    ),
)

_CALIBRATED: Final = ("merton", "kou", "variance-gamma", "heston", "bates", "svcj", "heston-state", "heston-hull-white")
_SMILES: Final = ("svi", "ssvi", "sabr", "corrado-su", "leland")
_RATES: Final = ("rabinovitch", "american")
_OFF_AT_FIRST: Final = frozenset({"frozen-surface", *_CALIBRATED, *_SMILES, *_RATES})


def kind_of(data: Dataset) -> Kind:
    """Return which catalogue entries `data` is for.

    Raises
    ------
    UsageError
        The data set is of no known kind.
    """
    if isinstance(data, OptionQuotes):
        return Kind.OPTIONS
    if isinstance(data, Prices):
        return Kind.PRICES
    raise UsageError(f"models exist for option quotes and prices, found {type(data).__name__}; load one of these")


def entry(name: str) -> Entry:
    """Return the model called `name`.

    Raises
    ------
    UsageError
        There is none; the sentence lists those there are.
    """
    for found in MODELS:
        if found.name == name:
            return found
    known = ", ".join(found.name for found in MODELS)
    raise UsageError(f"a model must be one of {known}; found {name!r}; see `outsample models`")


def score(name: str) -> ScoreEntry:
    """Return the score called `name`.

    Raises
    ------
    UsageError
        There is none; the sentence lists those there are.
    """
    for found in SCORES:
        if found.score.name == name:
            return found
    known = ", ".join(found.score.name for found in SCORES)
    raise UsageError(f"a score must be one of {known}; found {name!r}; see `outsample scores`")


def models_for(kind: Kind, score_name: str) -> tuple[Entry, ...]:
    """Return the models of a kind that a score can judge, in catalogue order."""
    return tuple(found for found in MODELS if found.kind is kind and score_name in found.scores)


def default_score(kind: Kind) -> str:
    """Return the score a data set opens with."""
    return next(item.score.name for item in SCORES if item.kind is kind)


def default_models(kind: Kind, score_name: str) -> tuple[str, ...]:
    """Return the models that are on when a data set opens."""
    return tuple(found.name for found in models_for(kind, score_name) if found.name not in _OFF_AT_FIRST)


def contenders(names: tuple[str, ...]) -> tuple[Contender, ...]:
    """Return models with their benchmarks, ready to be compared, in the order of `names`."""
    made = []
    for name in names:
        found = entry(name)
        rival = entry(found.benchmark) if found.benchmark else None
        benchmark, title = (rival.build(), rival.title) if rival else (None, "")
        made.append(Contender(found.name, found.build(), found.benchmark, benchmark, found.title, title))
    return tuple(made)
