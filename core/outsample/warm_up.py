"""What a first use compiles, in the order in which it is needed: a small made market is pushed through everything.

Machine code stays in the cache folder, where every process finds it. Each step calls what the window and the command
line call, on data that were read as theirs are, so that numba meets the same types; the results are thrown away.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numba.core import event

from outsample.calibration import (
    CalibrationLoss,
    CalibrationSettings,
    ChainQuotes,
    calibrate,
    fit_sabr,
    fit_ssvi,
    fit_svi,
)
from outsample.calibration.tape import build_tape
from outsample.calibration.tape_shelf import NeedsTape, keep_tape
from outsample.calibration.tape_store import tape_path
from outsample.catalog import MODELS, SCORES, Kind, default_models, default_score, models_for
from outsample.compiled import CACHE, KERNELS
from outsample.datasets import OptionQuotes, Prices, Settlement
from outsample.errors import ExportError
from outsample.formulas import black, black_greeks, fourier
from outsample.inference import Blocks, bootstrap_means
from outsample.io import read_store, write_store
from outsample.machine_code import LOST
from outsample.models.early_exercise import American
from outsample.regimes import (
    DailyVolatility,
    RegimeMethod,
    RegimeSettings,
    penalty_path,
    regime_penalty_path,
    regime_track,
)
from outsample.regimes.change_points.gaussian import optimal_mean_variance_partition, optimal_variance_partition
from outsample.regimes.change_points.regression import optimal_regression_partition
from outsample.report import Analysis, analyse
from outsample.report.decay_findings import find_decay
from outsample.report.option_tables import option_tables
from outsample.report.regime_findings import find_regimes
from outsample.report.tables import decay_table, parameters_table, surface_table
from outsample.sample import make_market, small_recipe
from outsample.sample.provenance import sample_reports
from outsample.study import Settings, Workspace
from outsample.study.losses import Composition
from outsample.typing import DAY
from outsample.windows import Scheme, Window, default_split

__all__ = ["STEPS", "Made", "Progress", "Step", "compiled_kernels", "warm_up"]

DAYS: Final = 60  # the shortest market that can be made
KINDS: Final = (fourier.Heston, fourier.VarianceGamma)  # the others share their kernels
RARE: Final = (  # with their tenors: what a calibration comes upon only now and then
    (fourier.Heston(0.04, 1.0, 0.04, 5.0, -0.9), 10.0),  # too many cosines: the integral answers
    (fourier.SVCJ(0.04, 1.0, 0.04, 0.5, -0.9, 1.0, -0.1, 0.1, 0.1, -0.5), 0.1),  # joint jumps may lack a moment
)
MANY_DAYS: Final = 480  # as long a history as a preview of states needs
STATES: Final = (2, 3, 4)
CHANGES: Final = (Settings(), Settings(Composition.RAW), Settings(scheme=Scheme.ROLLING, stride=4, previews=True))

Progress = Callable[[str, int, int], None]


class Made:
    """A small market, written and read as other data are.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        recipe = small_recipe(days=DAYS)
        market = make_market(recipe)
        quotes_report, prices_report = sample_reports(market, recipe, 0.0)
        write_store(market.quotes, quotes_report, folder / "quotes.arrow")
        write_store(market.prices, prices_report, folder / "prices.arrow")
        quotes = read_store(folder / "quotes.arrow").dataset
        prices = read_store(folder / "prices.arrow").dataset
        assert isinstance(quotes, OptionQuotes)
        assert isinstance(prices, Prices)
        self.quotes, self.prices = quotes, prices
        self._workspaces = {Kind.OPTIONS: Workspace(quotes), Kind.PRICES: Workspace(prices)}

    @cached_property
    def chain(self) -> ChainQuotes:
        """The quotes of one time."""
        return ChainQuotes.at(self.quotes, self.quotes.times.size // 2)

    @cached_property
    def many_days(self) -> DailyVolatility:
        """Daily returns of more days than there are: hourly prices, taken as daily."""
        close = self.prices.close[:MANY_DAYS]
        return DailyVolatility.of(DAY * np.arange(close.size), close)

    def analysed(
        self, kind: Kind, score: str = "", models: tuple[str, ...] = (), settings: Settings | None = None
    ) -> Analysis:
        """Return an analysis, by default the one a window opens with, after all that is drawn of it was made."""
        workspace, chosen = self._workspaces[kind], score or default_score(kind)
        asked = models or default_models(kind, chosen)
        found = analyse(workspace, default_split(workspace.data.times), chosen, asked, settings)
        decay_table(found)
        surface_table(found)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a first use.

    Parameters
    ----------
    words : str
        What it prepares, after "preparing".
    run : callable
    """

    words: str
    run: Callable[[Made], None]


def _open(made: Made) -> None:
    _ = made.quotes.observed


def _analyse_options(made: Made) -> None:
    parameters_table(made.analysed(Kind.OPTIONS))


def _analyse_prices(made: Made) -> None:
    for item in SCORES:
        if item.kind is Kind.PRICES:
            models = tuple(found.name for found in models_for(Kind.PRICES, item.score.name))
            made.analysed(Kind.PRICES, item.score.name, models)


def _change_settings(made: Made) -> None:
    for item in SCORES:
        if item.kind is Kind.OPTIONS:
            for settings in CHANGES:
                made.analysed(Kind.OPTIONS, item.score.name, settings=settings)


def _list(made: Made) -> None:
    option_tables(made.analysed(Kind.OPTIONS))


def _calibrate(made: Made) -> None:
    for loss in CalibrationLoss:
        calibrate(fourier.Heston, made.chain, CalibrationSettings(loss=loss, starts=2, most_iterations=4))
    calibrate(fourier.VarianceGamma, made.chain, CalibrationSettings(starts=1, most_iterations=2))
    built = {found.name: found.build() for found in MODELS}
    models = {name: model for name, model in built.items() if isinstance(model, NeedsTape) and model.kind in KINDS}
    for kind, settings in {(model.kind, model.calibration) for model in models.values()}:
        with suppress(ExportError):
            keep_tape(made.quotes, build_tape(made.quotes, kind, settings))
        # on disk it is of no use to anybody, and in memory it stays as long as it is needed
        tape_path(made.quotes, kind, settings).unlink(missing_ok=True)
    for previews in (False, True):
        made.analysed(Kind.OPTIONS, models=tuple(models), settings=Settings(previews=previews))


def _fit_models(made: Made) -> None:
    names = tuple(found.name for found in models_for(Kind.OPTIONS, default_score(Kind.OPTIONS)))
    for previews in (False, True):
        made.analysed(Kind.OPTIONS, models=names, settings=Settings(previews=previews))
    one_tenor = made.chain.by_tenor()[-1]
    fit_svi(one_tenor)
    fit_sabr(one_tenor)
    fit_ssvi(made.chain)


def _price(made: Made) -> None:
    chain = made.chain
    shape = chain.strike_ratio, chain.tenor
    black.black_price(*shape, chain.implied_vol, chain.is_call)
    black.net_delta(*shape, chain.implied_vol, chain.is_call)
    for greek in (black.call_delta, black.black_vega, black.black_gamma):
        greek(*shape, chain.implied_vol)
    black_greeks.linear_greeks(chain.forward, chain.strike_ratio, chain.tenor, chain.implied_vol, chain.is_call)
    for model, tenor in RARE:
        fourier.fourier_price(model, chain.strike_ratio, np.full(chain.size, tenor), chain.is_call)


def _find_regimes(made: Made) -> None:
    for kind in Kind:
        find_regimes(made.analysed(kind), lambda: False)
    days = made.many_days
    train = Window(int(days.begin[0]), int(days.time[-MANY_DAYS // 6]))
    for method in RegimeMethod:
        for states in STATES:
            for previews in (False, True):
                regime_track(days, train, RegimeSettings(method=method, states=states), previews)
    regime_penalty_path(days, train)
    returns, noise = days.log_return, float(days.log_return.var())
    for search in (optimal_variance_partition, optimal_mean_variance_partition):
        penalty_path(partial(search, returns, smallest_variance=1e-4 * noise), 10.0, 20.0)
    ones = np.ones((returns.size, 1))
    penalty_path(partial(optimal_regression_partition, returns, ones, shortest=7), 10.0 * noise, 20.0 * noise)


def _find_decay(made: Made) -> None:
    find_decay(made.analysed(Kind.OPTIONS, models=("relative-smile",)), "relative-smile", seconds=0.0)
    find_decay(made.analysed(Kind.PRICES, "qlike", ("sample-variance",)), "sample-variance", seconds=0.0)
    bootstrap_means(np.arange(20.0), Blocks.CIRCULAR, 2.0, paths=1)
    quotes = made.quotes
    sides = {name: quotes.forward * getattr(quotes, name) for name in ("bid", "ask", "mark")}
    linear = replace(quotes, settlement=Settlement.LINEAR, **sides)
    American().fit(linear, default_split(linear.times).train).predict(linear)


# In the order of their need: what the first numbers on screen wait for comes first.
STEPS: Final = (
    Step("the reading of quotes", _open),
    Step("the analysis of options", _analyse_options),
    Step("the analysis of prices", _analyse_prices),
    Step("other losses and windows", _change_settings),
    Step("arbitrage and filters", _list),
    Step("calibration", _calibrate),
    Step("smiles and every other model", _fit_models),
    Step("prices and greeks", _price),
    Step("regimes", _find_regimes),
    Step("decay", _find_decay),
)


def compiled_kernels() -> int:
    """Return how many kernels have machine code in this process, compiled or from the cache."""
    return sum(bool(found.signatures) for found in KERNELS.values())


def warm_up(folder: Path, progress: Progress | None = None, stepped: Callable[[Step], None] | None = None) -> None:
    """Carry out all steps, and leave the marker that says so, unless some machine code could not be kept.

    Parameters
    ----------
    folder : Path
        For the market, made if need be. It is the caller's to remove: this process may be killed.
    progress : callable, optional
        Called with the words of a step, how many kernels are compiled, and how many there are. What it raises ends
        the work.
    stepped : callable, optional
        Called after each step.

    Raises
    ------
    ExportError
        The disk is full, or the folder of machine code or of the market cannot be written any more.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_room(error) from error
    listener = _Listener(progress or (lambda *_: None))
    with event.install_listener("numba:compile", listener):
        listener.enter(STEPS[0])  # a market is made of prices
        made = Made(folder)
        for step in STEPS:
            listener.enter(step)
            step.run(made)
            if stepped is not None:
                stepped(step)
    listener.tell()
    if LOST:
        raise _no_room(LOST[0])
    CACHE.mark_prepared()


def _no_room(error: OSError) -> ExportError:
    return ExportError(
        f"a first use needs room for machine code in {CACHE.folder}, found {error.strerror or error}; "
        "make some, or let NUMBA_CACHE_DIR name another folder"
    )


class _Listener(event.Listener):
    """Tells how many kernels are compiled whenever numba has compiled something."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._words = ""

    def enter(self, step: Step) -> None:
        self._words = step.words
        self.tell()

    def tell(self) -> None:
        self._progress(self._words, compiled_kernels(), len(KERNELS))

    def on_start(self, _: Any) -> None:
        """Wait for the end."""

    def on_end(self, _: Any) -> None:
        self.tell()
