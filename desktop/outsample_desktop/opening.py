"""What a data set opens with: the default split, score and models, or those of a case, as far as they fit."""

from dataclasses import replace

from outsample.catalog import MODELS, SCORES, default_models, default_score, kind_of, models_for
from outsample.datasets import OptionQuotes, Prices
from outsample.errors import UsageError
from outsample.regimes import RegimeSettings
from outsample.study import Workspace
from outsample.windows import MINIMUM_TIMES, Split, default_split
from outsample_desktop.session import State

__all__ = ["opened", "workspace_of"]


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
    RegimeSettings(multiplier=state.penalty)  # says what is wrong with a penalty that no search can use
    return replace(
        state,
        source=source,
        fingerprint=data.fingerprint,
        split=split,
        score=score,
        models=_in_order(models),
        active=state.active if state.active in models else "",
        cell=state.cell if is_case and state.cell in range(data.n_cells) else None,
        cursor=state.cursor if is_case else None,
        dragging=False,
    )


def workspace_of(state: State, data: OptionQuotes | Prices) -> Workspace:
    """Return the caches for a data set as the state wants it seen."""
    if isinstance(data, OptionQuotes) and (data.target, data.axis) != (state.target, state.axis):
        return Workspace(data.viewed(state.target, state.axis))
    return Workspace(data)


def _fits(score: str, data: OptionQuotes | Prices) -> bool:
    kind = kind_of(data)
    return any(item.score.name == score and item.kind is kind for item in SCORES)


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
