"""Two kinds of state labels that no function may confuse: what was known at the time, and what is known afterwards.

A state drawn over the test window must have been knowable there. So everything that colours, groups or trades by state
takes `FilteredLabels`; `InSampleLabels` exist for the train window alone, and nothing turns one into the other.
"""

from dataclasses import dataclass

from outsample.typing import Integers, freeze_columns

__all__ = ["FilteredLabels", "InSampleLabels"]


@dataclass(frozen=True, slots=True, eq=False)
class FilteredLabels:
    """The state of each row as it is judged from that row and those before it; later rows cannot change it.

    Parameters
    ----------
    state : (n,) int8 array
        0 .. states - 1.
    """

    state: Integers

    def __post_init__(self) -> None:
        freeze_columns(self)


@dataclass(frozen=True, slots=True, eq=False)
class InSampleLabels:
    """The state of each row of the train window as it is judged from all of them: for looking back only.

    Parameters
    ----------
    state : (m,) int8 array
        0 .. states - 1, one for each row of the train window.
    """

    state: Integers

    def __post_init__(self) -> None:
        freeze_columns(self)
