"""Works out what a room shows beside the numbers of a frame; what that takes is imported by who first looks at it."""

import math
from collections.abc import Callable, Iterator

from outsample.errors import OutsampleError
from outsample.report import Analysis
from outsample.study import Workspace
from outsample_desktop.resolve.found import Found, found_key
from outsample_desktop.resolve.panes import active_name
from outsample_desktop.session import Room, State

__all__ = ["stages", "work_out"]

Progress = Callable[[float], None]
GivenUp = Callable[[], bool]


def work_out(state: State, analysis: Analysis, workspace: Workspace) -> Found:
    """Return what the room in front shows beside the numbers of a frame: the last of `stages`, however long it takes.

    Parameters
    ----------
    state : State
        With one of `outsample_desktop.resolve.found.FOUND_IN` in front.
    analysis : Analysis
        Its answer.
    workspace : Workspace
        Of its data.
    """
    *_, found = stages(state, analysis, workspace)
    return found


def stages(
    state: State,
    analysis: Analysis,
    workspace: Workspace,
    progress: Progress = lambda _share: None,
    is_given_up: GivenUp = lambda: False,
    seconds: float = math.inf,
) -> Iterator[Found]:
    """Yield what the room in front shows as far as it is known, the quick parts first; the last one is whole.

    Parameters
    ----------
    state, analysis, workspace
        As of `work_out`.
    progress : callable
        Told the share that is done.
    is_given_up : callable
        Asked now and then; once it says so, what is yielded does not matter.
    seconds : float
        After which what only becomes sharper with more work is left as it is.
    """
    key, result = found_key(state, active_name(state, analysis)), None
    try:
        for result, is_whole in _made(state, analysis, workspace, progress, is_given_up, seconds):
            yield Found(key, result, is_whole=is_whole)
    except OutsampleError as error:
        yield Found(key, result, str(error))


def _made(
    state: State,
    analysis: Analysis,
    workspace: Workspace,
    progress: Progress,
    is_given_up: GivenUp,
    seconds: float,
) -> Iterator[tuple[object, bool]]:
    """Yield results, and whether nothing more follows."""
    if state.room is Room.REGIMES:
        from outsample.report.regime_findings import find_regimes

        yield find_regimes(analysis, is_given_up), True
    elif state.room is Room.DECAY:
        from outsample.report.decay_findings import decay_stages

        for found in decay_stages(analysis, active_name(state, analysis), progress, is_given_up, seconds):
            yield found, found.is_whole
    else:
        assert state.room is Room.ASSUMPTIONS
        from outsample.report.assumption_findings import find_assumptions

        yield find_assumptions(analysis), True
