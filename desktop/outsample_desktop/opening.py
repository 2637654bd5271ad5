"""What a data set opens with: the default split, score and models, or those of a case, as far as they fit."""

from dataclasses import replace

from outsample.catalog import MODELS, SCORES, default_models, default_score, kind_of, models_for
from outsample.datasets import Axis, Grid, OptionQuotes, Prices, Target
from outsample.datasets.weights import Filters
from outsample.errors import UsageError
from outsample.study import Workspace
from outsample.windows import MINIMUM_TIMES, Split, default_split
from outsample_desktop.session import State

__all__ = ["SeenAs", "as_seen", "opened", "seen_as", "workspace_of"]

SeenAs = tuple[Target, Axis, Filters]


def opened(state: State, source: str, data: OptionQuotes | Prices, is_case: bool) -> State:
    """Return the state for a data set that was just opened.

    Parameters
    ----------
    state : State
        The present one, or that of the case.
    source : str
    data : OptionQuotes or Prices
    is_case : bool
        Keep what the state says, where the data allow it.

    Raises
    ------
    UsageError
        The history is too short to be split, or the boundaries of the case leave too little of it.
    """
    kind = kind_of(data)
    score = state.score if _fits(state.score, data) else default_score(kind)
    known = {found.name for found in models_for(kind, score)}
    kept = tuple(name for name in state.models if name in known)
    models = kept if kept and (is_case or _fits(state.score, data)) else default_models(kind, score)
    split = state.split if is_case and state.split is not None else default_split(data.times)
    _check(split, data)
    return replace(
        state,
        source=source,
        fingerprint=data.fingerprint,
        split=split,
        score=score,
        models=_in_order(models),
        active=state.active if state.active in models else "",
        cell=state.cell if is_case and state.cell in range(_cells(state, data)) else None,
        cursor=state.cursor if is_case else None,
        book=state.book if is_case else "",
        book_sha256=state.book_sha256 if is_case else "",
        dragging=False,
    )


def seen_as(state: State) -> SeenAs:
    """Return the part of a state that decides what the observations of a data set are."""
    return state.target, state.axis, state.parameters.filters


def as_seen(state: State, data: OptionQuotes | Prices) -> OptionQuotes | Prices:
    """Return a data set as the state wants it seen."""
    if isinstance(data, OptionQuotes) and (data.target, data.axis, data.filters) != seen_as(state):
        return data.viewed(*seen_as(state))
    return data


def workspace_of(state: State, data: OptionQuotes | Prices) -> Workspace:
    """Return the caches for a data set as the state wants it seen."""
    return Workspace(as_seen(state, data))


def _fits(score: str, data: OptionQuotes | Prices) -> bool:
    kind = kind_of(data)
    return any(item.score.name == score and item.kind is kind for item in SCORES)


def _cells(state: State, data: OptionQuotes | Prices) -> int:
    """Return the number of cells without laying out observations that nobody may want to see."""
    return Grid(state.axis).size if isinstance(data, OptionQuotes) else data.n_cells


def _in_order(models: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found.name for found in MODELS if found.name in models)


def _check(split: Split, data: OptionQuotes | Prices) -> None:
    for name, window in (("train", split.train), ("test", split.test)):
        rows = window.rows(data.times)
        if rows.stop - rows.start < MINIMUM_TIMES:
            raise UsageError(
                f"the {name} window {window} must hold {MINIMUM_TIMES} times of these data, "
                f"found {rows.stop - rows.start}; move its boundaries"
            )
