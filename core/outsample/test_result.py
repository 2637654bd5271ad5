"""What a statistical test says: one form for all of them, so that any list of tests is a table."""

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["NotTested", "TestResult"]


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test that was carried out.

    Parameters
    ----------
    name : str
        Stable name, as in tables and files.
    title : str
        As shown.
    statistic : float
        Finite, or infinite where a constant series differs from its null for certain.
    p_value : float
        Between 0 and 1.
    level : float
        At which `rejects` decides.
    effect : float
        How large what was found is, in `effect_unit`: a small p says only that it is not nothing.
    effect_unit : str
        Empty for a pure number.
    low, high : float
        Interval of the effect at confidence ``1 - level``; NaN where the test has none.
    n : int
        Observations used.
    sentence : str
        What it says, in one sentence without a symbol that needs looking up.
    """

    __test__: ClassVar[bool] = False  # not a class of tests

    name: str
    title: str
    statistic: float
    p_value: float
    level: float
    effect: float
    effect_unit: str
    low: float
    high: float
    n: int
    sentence: str

    @property
    def rejects(self) -> bool:
        """Whether what was taken for granted is rejected at `level`."""
        return self.p_value < self.level


@dataclass(frozen=True, slots=True)
class NotTested:
    """A test that could not be carried out, which is shown in its place.

    Parameters
    ----------
    name, title : str
        As in `TestResult`.
    sentence : str
        What it needs, what was found, and the cure.
    """

    name: str
    title: str
    sentence: str
