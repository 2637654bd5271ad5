"""What the panes of the calibration room show, as frozen values that compare by content."""

from dataclasses import dataclass

from outsample.report.table import Table
from outsample.typing import Bools, Floats, Integers
from outsample.windows import Split
from outsample_desktop.resolve.views import SliceView

__all__ = ["CalibrationView", "Marks", "MatrixView", "PathView", "PathsView", "Standing"]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Times at which a value is to be read with care.

    Parameters
    ----------
    below, above : (m,) bool array
        The estimate lies on its lower, or on its upper bound.
    unsettled : (m,) bool array
        The search did not converge.
    feller : (m,) bool array
        ``2 kappa theta < sigma^2``: the variance can reach 0.
    """

    below: Bools
    above: Bools
    unsettled: Bools
    feller: Bools


@dataclass(frozen=True, slots=True, eq=False)
class PathView:
    """One quantity through time.

    Parameters
    ----------
    title, unit : str
        The unit is empty for a pure number.
    value : (m,) array
        NaN breaks the line.
    low, high : (m,) array
        Ends of a pointwise 95 % band; NaN where the error is not known.
    marks : Marks
    level : float
        A first estimate of the train window; NaN for none.
    level_text : str
        The exact estimate with its error, else the level, as written beside the title; empty for none.
    exact, exact_error : float
        What the train window gives exactly, and half its 95 % interval; NaN for none.
    hue : int
        Of the exact estimate.
    least, most : float
        What the quantity cannot go beyond; its band may.
    """

    title: str
    unit: str
    value: Floats
    low: Floats
    high: Floats
    marks: Marks
    level: float
    level_text: str
    exact: float = float("nan")
    exact_error: float = float("nan")
    hue: int = 0
    least: float = float("-inf")
    most: float = float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class PathsView:
    """Small plots over one time axis, that of the timeline.

    Parameters
    ----------
    name, title, detail : str
        The name says which paths these are: the cells stay while it stays.
    times : (m,) int64 array
        UTC nanoseconds.
    first, last : int
        Ends of the time axis, UTC nanoseconds: those of the data.
    paths : tuple of PathView
    split : Split
    cursor : int
        UTC nanoseconds.
    """

    name: str
    title: str
    detail: str
    times: Integers
    first: int
    last: int
    paths: tuple[PathView, ...]
    split: Split
    cursor: int


@dataclass(frozen=True, slots=True, eq=False)
class MatrixView:
    """Correlations between estimates.

    Parameters
    ----------
    title, detail : str
    names : tuple of str
        Of rows and columns.
    value : (p, p) array
        NaN where one of the two has no error.
    note : str
        Why there is nothing to see; empty otherwise.
    """

    title: str
    detail: str
    names: tuple[str, ...]
    value: Floats
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether there are calibrations to show, and what can be done where there are none.

    Parameters
    ----------
    title : str
        The model, by its title.
    sentence : str
        Why there is nothing to see; empty where there is something.
    offer : str
        What the button says; empty where nothing can be built.
    meanwhile : str
        What is said in the place of the sentence while it is being built.
    """

    title: str
    sentence: str = ""
    offer: str = ""
    meanwhile: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationView:
    """Everything in the calibration room for one state.

    Parameters
    ----------
    standing : Standing
    compared : Standing, optional
        What stands in the way of the estimates beside these; None where nothing does.
    state, message : str
        Whether the estimates are exact; how good they are, and what to beware of. Empty where there are none.
    paths, quality : PathsView, optional
        Parameters, and the fit, through time; None where there are no calibrations.
    smile : SliceView
    correlation : MatrixView
    parameters, days, quotes, correlations : Table
        Estimates of the train window; one row a time; the slice at the cursor; one row a pooled estimate.
    """

    standing: Standing
    compared: Standing | None
    state: str
    message: str
    paths: PathsView | None
    quality: PathsView | None
    smile: SliceView
    correlation: MatrixView
    parameters: Table
    days: Table
    quotes: Table
    correlations: Table

    @property
    def tables(self) -> dict[str, Table]:
        """The numbers of each pane."""
        return {
            "paths": self.days,
            "quality": self.days,
            "calibration-smile": self.quotes,
            "correlation": self.correlations,
            "calibration-parameters": self.parameters,
            "calibration-days": self.days,
            "calibration-quotes": self.quotes,
            "calibration-correlations": self.correlations,
        }
