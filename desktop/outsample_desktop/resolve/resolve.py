"""One call from state and analysis to everything on screen."""

from outsample.calibration.tape_shelf import find_tape
from outsample.report.analysis import Analysis
from outsample_desktop.resolve.calibration import calibration_view
from outsample_desktop.resolve.cuts import smile_view, surface_view, term_view
from outsample_desktop.resolve.panes import decay_view, models_view, status_view, verdict_view
from outsample_desktop.resolve.timeline import timeline_view
from outsample_desktop.resolve.views import ViewState
from outsample_desktop.session import Room, State

__all__ = ["resolve"]


def resolve(state: State, analysis: Analysis, milliseconds: float) -> ViewState:
    """Return what every pane shows; the calibration room only where it is in front.

    Parameters
    ----------
    state : State
        What the user wants to see.
    analysis : Analysis
        The answers for its split, models and score.
    milliseconds : float
        How long they took.
    """
    is_calibrating = state.room is Room.CALIBRATION
    return ViewState(
        timeline_view(state, analysis),
        verdict_view(state, analysis),
        models_view(state, analysis),
        decay_view(state, analysis),
        surface_view(state, analysis),
        smile_view(state, analysis),
        term_view(state, analysis),
        status_view(analysis, milliseconds),
        calibration_view(state, analysis, find_tape) if is_calibrating else None,
    )
