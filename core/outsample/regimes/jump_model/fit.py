"""The statistical jump model: states that are clusters of rows, and a price on every change between them.

References
----------
Bemporad, Breschi, Piga and Boyd (2018), Fitting jump models, Automatica 96, doi:10.1016/j.automatica.2018.06.022.
Nystrup, Lindstroem and Madsen (2020), Learning hidden Markov models with persistent states by penalizing jumps, Expert
Systems with Applications 150, doi:10.1016/j.eswa.2020.113307.
Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding, SODA '07 (the starts).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from outsample.errors import UsageError
from outsample.named_parameters import check_parameters
from outsample.regimes.equal_shares import equal_shares
from outsample.regimes.feature_rows import complete_rows, feature_rows
from outsample.regimes.jump_model.kernels import cheapest_states, descend, fill_distance
from outsample.regimes.state_labels import FilteredLabels, InSampleLabels
from outsample.typing import Bounds, Floats, Integers, Label, Unit, freeze_columns

__all__ = ["JumpModelFit", "JumpModelSettings", "fit_jump_model", "refit_jump_model"]


@dataclass(frozen=True, slots=True)
class JumpModelSettings:
    """How many states there are, and what a change between them costs.

    Parameters
    ----------
    states : int
        How many regimes there are at most: under a high price some may stay empty.
    penalty : float
        Price of one change of state, in halves of squared standard deviations: a change must bring the rows that
        follow closer to their centres by that much in all. At 0 the states are those of k-means.
    starts : int
        From how many points the search sets out: one by quantiles of the first feature, the rest random.
    seed : int
        Of the random starts, at least 0.
    most_iterations : int
        Most sequences looked for from each start, at least 1.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    states: Annotated[int, Label("Jump model states", "{} states"), Unit("states"), Bounds(2, 4)] = 2
    penalty: Annotated[float, Label("Jump penalty", "jump costs {}"), Unit("½ sd²"), Bounds(0.0, 1e6)] = 50.0
    starts: Annotated[int, Label("Starts of the search", "{} starts"), Unit("starts"), Bounds(1, 1000)] = 30
    seed: int = 1
    most_iterations: int = 1000

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.seed < 0 or self.most_iterations < 1:
            raise UsageError(
                f"a search needs a seed of at least 0 and at least 1 iteration, found {self.seed} and "
                f"{self.most_iterations}; use 1 and 1000"
            )


@dataclass(frozen=True, slots=True, eq=False)
class JumpModelFit:
    """A jump model fitted to a train window, states by rising centre of the first feature, empty ones last.

    Parameters
    ----------
    centres : (k, d) array
        In standardised features; NaN where a state is empty. Online labels never take an empty state.
    location, scale : (d,) array
        Mean and standard deviation (divisor n) of the complete train rows, by which features are standardised.
    penalty : float
        As in `JumpModelSettings`.
    objective : float
        Halves of squared distances of the train rows plus `penalty` for each change.
    visits : (k,) int64 array
        Train rows in each state, missing ones included.
    labels : InSampleLabels
        The cheapest sequence of states over the train rows.
    iterations : int
        Sequences looked for, over all starts.
    rows : int
        Complete train rows.
    """

    centres: Floats
    location: Floats
    scale: Floats
    penalty: float
    objective: float
    visits: Integers
    labels: InSampleLabels
    iterations: int
    rows: int

    def __post_init__(self) -> None:
        freeze_columns(self)

    @property
    def jumps(self) -> int:
        """How often the state changes in the train window."""
        return int(np.count_nonzero(np.diff(self.labels.state)))

    def online(self, features: Floats) -> FilteredLabels:
        """Return the last state of the cheapest sequence over the rows up to each row: one pass.

        Parameters
        ----------
        features : (n,) or (n, d) array
            Not standardised; the rows from the first one of the train window on. A row with any NaN is missing: it
            keeps the state of the row before it.

        Raises
        ------
        DataError
            Another number of features, or an infinite value.
        """
        rows = feature_rows(features, features=self.location.size)
        centres = self._held
        online, state = np.empty(rows.shape[1], dtype=np.int8), np.empty(rows.shape[1], dtype=np.int8)
        if online.size:
            distance = np.empty((centres.shape[0], rows.shape[1]))
            fill_distance(_standardised(rows, self.location, self.scale), centres, distance)
            cheapest_states(distance, self.penalty, np.empty(distance.shape, dtype=np.int8), online, state)
        return FilteredLabels(online)

    def distance(self, features: Floats) -> Floats:
        """Return the squared distance of each row from the nearest centre, (n,), in standardised features.

        The nearest, not that of the row's own state: a row may lag behind a change as long as `penalty` makes it.
        NaN in missing rows. Parameters and errors as `online`.
        """
        rows = _standardised(feature_rows(features, features=self.location.size), self.location, self.scale)
        return np.asarray(np.min([np.square(rows - one[:, np.newaxis]).sum(axis=0) for one in self._held], axis=0))

    @property
    def _held(self) -> Floats:
        """Centres of the states that are not empty."""
        return np.ascontiguousarray(self.centres[~np.isnan(self.centres[:, 0])])


def fit_jump_model(train: Floats, settings: JumpModelSettings = JumpModelSettings()) -> JumpModelFit:
    """Return the cheapest centres and sequence of states that the search found.

    Same data and settings give the same bits.

    Parameters
    ----------
    train : (m,) or (m, d) array
        Features of the train window, in any units; states are ordered by the first column. A row with any NaN is
        missing: it costs nothing in any state.
    settings : JumpModelSettings

    Raises
    ------
    DataError
        No table of features, or an infinite value.
    FitError
        Fewer than 10 complete rows for each state, or a feature that does not vary.
    """
    rows, location, scale = _standard(train, settings)
    return _cheapest(rows, location, scale, _starting_centres(rows, settings), settings)


def refit_jump_model(begin: JumpModelFit, train: Floats, settings: JumpModelSettings) -> JumpModelFit:
    """Return where a search that sets out from the centres of another fit alone ends.

    Parameters
    ----------
    begin : JumpModelFit
        Of the same features. States that it leaves empty stay so.
    train : (m,) or (m, d) array
    settings : JumpModelSettings

    Raises
    ------
    DataError, FitError
        As `fit_jump_model`.
    """
    rows, location, scale = _standard(train, settings)
    centres = np.ascontiguousarray((begin._held * begin.scale + begin.location - location) / scale)
    return _cheapest(rows, location, scale, [centres], settings)


def _standard(train: Floats, settings: JumpModelSettings) -> tuple[Floats, Floats, Floats]:
    """Return the rows by feature, standardised, and by what."""
    rows = feature_rows(train)
    complete = complete_rows(rows, settings.states, "a jump model")
    location, scale = complete.mean(axis=1), complete.std(axis=1)
    return _standardised(rows, location, scale), location, scale


def _cheapest(
    rows: Floats, location: Floats, scale: Floats, starts: Iterable[Floats], settings: JumpModelSettings
) -> JumpModelFit:
    """Return the best of the fits that are reached from some centres, which are overwritten."""
    lowest, iterations = np.inf, 0
    best: tuple[Floats, Integers] | None = None
    for centres in starts:
        online, state = np.empty(rows.shape[1], dtype=np.int8), np.empty(rows.shape[1], dtype=np.int8)
        cost, steps = descend(rows, centres, settings.penalty, settings.most_iterations, online, state)
        iterations += steps
        if best is None or cost < lowest:
            best, lowest = (centres, state), cost
    assert best is not None
    centres, state, visits = _ordered(*best, settings.states)
    return JumpModelFit(
        centres=centres,
        location=location,
        scale=scale,
        penalty=settings.penalty,
        objective=lowest,
        visits=visits,
        labels=InSampleLabels(state),
        iterations=iterations,
        rows=int(np.count_nonzero(~np.isnan(rows[0]))),
    )


def _standardised(rows: Floats, location: Floats, scale: Floats) -> Floats:
    return np.asarray((rows - location[:, np.newaxis]) / scale[:, np.newaxis])


def _starting_centres(rows: Floats, settings: JumpModelSettings) -> Iterator[Floats]:
    """Yield centres to set out from: means of equal shares by the first feature, then rows drawn far from each other.

    Each drawn row is the next centre with a probability proportional to its squared distance from the centres so far.
    """
    kept = rows[:, ~np.isnan(rows[0])]
    share = equal_shares(kept[0], settings.states)
    yield np.array([kept[:, share == k].mean(axis=1) for k in range(settings.states)])
    generator = np.random.default_rng(settings.seed)
    for _ in range(settings.starts - 1):
        chosen = [int(generator.integers(kept.shape[1]))]
        nearest = np.full(kept.shape[1], np.inf)
        while len(chosen) < settings.states:
            nearest = np.minimum(nearest, np.square(kept - kept[:, chosen[-1:]]).sum(axis=0))
            sums = np.cumsum(nearest)
            place = np.searchsorted(sums, generator.random() * sums[-1], side="right")
            chosen.append(min(int(place), kept.shape[1] - 1))
        yield np.ascontiguousarray(kept[:, chosen].T)


def _ordered(centres: Floats, state: Integers, states: int) -> tuple[Floats, Integers, Integers]:
    """Return centres, states and visits by rising first feature, empty states last and without a centre."""
    visits = np.bincount(state, minlength=states)
    held = np.full((states, centres.shape[1]), np.nan)
    held[: len(centres)] = centres
    held[visits == 0] = np.nan
    order = np.argsort(held[:, 0], kind="stable")
    return held[order], np.argsort(order).astype(np.int8)[state], visits[order]
