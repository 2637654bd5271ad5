"""Everything that is shown for one split: the same object feeds the window, the command line and the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from outsample.case_parameters import CaseParameters, agreed
from outsample.catalog import Entry, ScoreEntry, contenders, entry, kind_of, score
from outsample.datasets import OptionQuotes, Prices
from outsample.diagnostics import DecayCurve, Headline, decay, headline, mean_of
from outsample.errors import DataError
from outsample.model import Dataset
from outsample.prepared import prepared
from outsample.regimes import DailyVolatility, RegimeTrack, regime_track
from outsample.study import Failure, Settings, Study, Workspace, compare
from outsample.verdict import Limits, Verdict, judge
from outsample.windows import Split

__all__ = ["Analysis", "Judged", "analyse", "daily_volatility", "underlying_of"]


@dataclass(frozen=True, eq=False)
class Judged:
    """One model with its study and everything said about it.

    Parameters
    ----------
    entry : Entry
    study : Study
    headline : Headline
    verdict : Verdict
    """

    entry: Entry
    study: Study
    headline: Headline
    verdict: Verdict

    @cached_property
    def decay(self) -> DecayCurve:
        """Loss against days since the train end."""
        return decay(self.study)


@dataclass(frozen=True, eq=False)
class Analysis:
    """All models on one split.

    Parameters
    ----------
    data : Dataset
    split : Split
    score : ScoreEntry
    settings : Settings
    results : tuple of Judged or Failure
        In the order of the models asked for.
    regimes : RegimeTrack
    parameters : CaseParameters
    """

    data: Dataset
    split: Split
    score: ScoreEntry
    settings: Settings
    results: tuple[Judged | Failure, ...]
    regimes: RegimeTrack
    parameters: CaseParameters

    @cached_property
    def judged(self) -> tuple[Judged, ...]:
        """The models that could be judged."""
        return tuple(result for result in self.results if isinstance(result, Judged))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The models that could not, with their reasons."""
        return tuple(result for result in self.results if isinstance(result, Failure))

    @property
    def is_exact(self) -> bool:
        """Whether every study is."""
        return self.settings.stride == 1 and all(one.study.is_exact for one in self.judged)

    def find(self, name: str) -> Judged | None:
        """Return the result of a model, or None where it failed or is off."""
        return next((result for result in self.judged if result.entry.name == name), None)


def analyse(
    workspace: Workspace,
    split: Split,
    score_name: str,
    models: Sequence[str],
    settings: Settings | None = None,
    parameters: CaseParameters | None = None,
) -> Analysis:
    """Evaluate, judge and colour one split.

    Raises
    ------
    UsageError
        A model or score does not exist, or the quotes were observed under other filters than the parameters name.
    """
    chosen, item, case = settings or Settings(), score(score_name), agreed(parameters, workspace.data)
    kind_of(workspace.data)
    studies = compare(contenders(tuple(models)), workspace, split, item.score, chosen)
    results = tuple(_judged(study, case.limits) for study in studies)
    track = regime_track(daily_volatility(workspace.data), split.train, case.regimes, chosen.previews)
    return Analysis(workspace.data, split, item, chosen, results, track, case)


def underlying_of(data: Dataset) -> Prices:
    """Return the price history behind a data set.

    Raises
    ------
    DataError
        The data set has none.
    """
    if isinstance(data, Prices):
        return data
    if isinstance(data, OptionQuotes):
        return data.underlying()
    raise DataError(f"regimes need a price history, found {type(data).__name__}; load quotes or prices")


@prepared
def daily_volatility(data: Dataset) -> DailyVolatility:
    """Return the daily returns behind a data set, prepared for the regime search."""
    history = underlying_of(data)
    return DailyVolatility.of(history.time, history.close)


def _judged(study: Study | Failure, limits: Limits) -> Judged | Failure:
    if isinstance(study, Failure):
        return study
    found = headline(study)
    rival = study.benchmark_loss
    level = float("nan") if rival is None else mean_of(rival, study.train_rows)[0]
    limit = limits.of(study.score.unit, level)
    model = entry(study.name)
    other_loss = model.fitted_by if model.fitted_by != study.score.name else ""
    return Judged(model, study, found, judge(found, limit, other_loss))
