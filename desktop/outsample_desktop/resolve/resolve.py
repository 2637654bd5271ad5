"""One call from state and analysis to everything on screen."""

from outsample.calibration.tape_shelf import find_tape
from outsample.report.analysis import Analysis
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.resolve.cuts import smile_view, surface_view, term_view
from outsample_desktop.resolve.found import Found
from outsample_desktop.resolve.panes import decay_view, models_view, status_view, verdict_view
from outsample_desktop.resolve.timeline import timeline_view
from outsample_desktop.resolve.views import FrontView, ViewState
from outsample_desktop.session import Room, State

__all__ = ["resolve"]


def resolve(state: State, analysis: Analysis, milliseconds: float, found: Found | None = None) -> ViewState:
    """Return what every pane shows; of the rooms, the overview and the one in front.

    Parameters
    ----------
    state : State
        What the user wants to see.
    analysis : Analysis
        The answers for its split, models and score.
    milliseconds : float
        How long they took.
    found : Found, optional
        What was worked out for the room in front, for this state or for one before it.
    """
    return ViewState(
        timeline_view(state, analysis),
        verdict_view(state, analysis),
        models_view(state, analysis),
        decay_view(state, analysis),
        surface_view(state, analysis),
        smile_view(state, analysis),
        term_view(state, analysis),
        status_view(analysis, milliseconds),
        _front_view(state, analysis, found),
    )


def _front_view(state: State, analysis: Analysis, found: Found | None) -> FrontView | None:
    """Return what the room in front shows; None for the overview. What is behind the last three is imported late."""
    if state.room is Room.CALIBRATION:
        return calibration_view(state, analysis, find_tape)
    if state.room is Room.REGIMES:
        from outsample_desktop.resolve.regimes_room import regimes_view

        return regimes_view(state, analysis, found)
    if state.room is Room.DECAY:
        from outsample_desktop.resolve.decay_room import decay_room_view

        return decay_room_view(state, analysis, found)
    if state.room is Room.ASSUMPTIONS:
        from outsample_desktop.resolve.assumptions_room import assumptions_view

        return assumptions_view(state, analysis, found)
    return None
