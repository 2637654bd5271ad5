"""Why a formula has no answer: what it demands of its arguments, and how many quotes break which demand.

Over arrays the formulas answer NaN and count nothing, so that their loops stay quick. Who wants to know asks here, with
the same arguments; the table of what each formula demands is `outsample.formulas.domains`. For one option, whose NaN
would say nothing, they raise: `answered`.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outsample.errors import UsageError
from outsample.formulas.aligned import aligned
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["ABOVE_0", "FINITE", "FROM_0", "Demand", "Domain", "Range", "Refusals", "answered", "refusals"]


@dataclass(frozen=True, slots=True)
class Range:
    """Finite numbers from `low` to `high`; without an end itself where it is open there."""

    low: float = -math.inf
    high: float = math.inf
    is_open: bool = False

    def __str__(self) -> str:
        if self.low == -math.inf:
            return "finite"
        if self.high == math.inf:
            return f"finite and {'above' if self.is_open else 'not below'} {self.low:g}"
        return f"{'between' if self.is_open else 'from'} {self.low:g} {'and' if self.is_open else 'to'} {self.high:g}"

    def demands(self, name: str, values: Floats) -> "list[Demand]":
        """Return what is asked of an argument: that it is a number, and then that it is not too small or too large."""
        required, word = f"{name} to be {self}", "above" if self.is_open else "of at least"
        low, high = (
            (values <= self.low, values >= self.high) if self.is_open else (values < self.low, values > self.high)
        )
        found = [Demand(f"{name} missing or not finite", required, ~np.isfinite(values), values)]
        if self.low > -math.inf:
            found.append(Demand(f"{name} not {word} {self.low:g}", required, low, values))
        if self.high < math.inf:
            word = "below" if self.is_open else "at most"
            found.append(Demand(f"{name} not {word} {self.high:g}", required, high, values))
        return found


FINITE: Final = Range()
FROM_0: Final = Range(0.0)
ABOVE_0: Final = Range(0.0, is_open=True)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """One thing a formula asks of its arguments.

    Parameters
    ----------
    reason : str
        Why there is no answer where it is broken.
    required : str
        What is asked, as in "needs its ...".
    is_broken : (n,) bool array
    found : (n,) array, optional
        What was given instead; nothing where it takes several numbers together to break it.
    """

    reason: str
    required: str
    is_broken: Bools
    found: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Refusals:
    """Which quotes have no answer, and why; made by `refusals` or `Domain.refusals`.

    Parameters
    ----------
    formula : str
        As a sentence begins with it.
    reasons, required : tuple of str
        Of each demand, in the order in which they are tried.
    found : tuple of float or None
        What the first quote had that each demand refuses; None where it refuses none.
    code : (n,) int8 array
        0 for a quote with an answer, else one more than the place of the first demand that it breaks; in the shape of
        the arguments.
    """

    formula: str
    reasons: tuple[str, ...]
    required: tuple[str, ...]
    found: tuple[float | None, ...]
    code: NDArray[np.int8]

    @property
    def counts(self) -> dict[str, int]:
        """How many quotes each reason refuses, the first that applies; without the reasons that refuse none."""
        return {reason: int(count) for reason, count in zip(self.reasons, self._counted(), strict=True) if count}

    @property
    def total(self) -> int:
        """Number of quotes without an answer."""
        return int(np.count_nonzero(self.code))

    def demand_none(self) -> None:
        """Raise if there are any: for one option, whose NaN would say nothing.

        Raises
        ------
        UsageError
            With the first demand that is broken, what was found and what to do.
        """
        counted = self._counted()
        if not counted.any():
            return
        place = int(np.argmax(counted > 0))
        needed, value = self.required[place], self.found[place]
        if self.code.size == 1:
            found = f"that {self.reasons[place]}" if value is None else f"{value:g}"
            raise UsageError(f"{self.formula} needs its {needed}, found {found}; change it")
        first = "" if value is None else f", {value:g} the first"
        raise UsageError(
            f"{self.formula} needs its {needed}, found {counted[place]:,} of {self.code.size:,} quotes without{first}; "
            "leave them out"
        )

    def _counted(self) -> Integers:
        return np.bincount(self.code.reshape(-1), minlength=len(self.reasons) + 1)[1:]


def answered(values: Floats, shape: tuple[int, ...], why: Callable[[], Refusals]) -> Floats:
    """Return the answers in the shape of the arguments.

    Parameters
    ----------
    values : (n,) array
    shape : tuple of int
        Empty where all arguments were numbers.
    why : callable
        Asked only then, and only for a NaN.

    Raises
    ------
    UsageError
        There is one option and it is refused.
    """
    if not shape and math.isnan(values.item()):
        why().demand_none()
    return values.reshape(shape)


def refusals(formula: str, demands: Iterable[Demand], shape: tuple[int, ...]) -> Refusals:
    """Return which quotes break which of the demands first.

    Parameters
    ----------
    formula : str
    demands : iterable of Demand
        At most 127; later ones may be anything where an earlier one is broken.
    shape : tuple of int
        Of the answer.
    """
    tried = list(demands)
    code = np.zeros(math.prod(shape), np.int8)
    found: list[float | None] = []
    for place, demand in enumerate(tried):
        rows = np.flatnonzero(demand.is_broken & (code == 0))
        code[rows] = place + 1
        found.append(float(demand.found[rows[0]]) if demand.found is not None and rows.size else None)
    reasons, required = tuple(one.reason for one in tried), tuple(one.required for one in tried)
    return Refusals(formula, reasons, required, tuple(found), frozen(code.reshape(shape)))


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a formula has answers.

    Parameters
    ----------
    formula : str
        As a sentence begins with it.
    ranges : mapping
        From the names of its numbers, as its function calls them, to what they must be.
    beyond : str
        Why an answer may be missing although all numbers are in range; empty where that does not happen.
    """

    formula: str
    ranges: Mapping[str, Range]
    beyond: str = ""

    def refusals(self, answer: ArrayLike | None = None, **columns: ArrayLike) -> Refusals:
        """Return which quotes have no answer, and why.

        Parameters
        ----------
        answer : (n,) array, optional
            What the formula gave. With it a NaN inside the domain is counted too, for the reason `beyond`.
        **columns : (n,) array
            The numbers of `ranges`; they broadcast together and with the answer.

        Raises
        ------
        UsageError
            A number of the formula is missing, or one is not of it.

        Examples
        --------
        >>> domain = Domain("The formula", {"tenor": FROM_0, "vol": FROM_0})
        >>> domain.refusals(tenor=[0.5, -1.0, 0.5, 0.5], vol=[0.2, np.nan, np.nan, -0.2]).counts
        {'tenor not of at least 0': 1, 'vol missing or not finite': 1, 'vol not of at least 0': 1}
        """
        if set(columns) != set(self.ranges):
            raise UsageError(
                f"{self.formula} needs the numbers {', '.join(self.ranges)}, found {', '.join(columns) or 'none'}; "
                "name each of them once"
            )
        given = [columns[name] for name in self.ranges]
        shape, flat = aligned(*given) if answer is None else aligned(*given, answer)
        demands: list[Demand] = []
        for (name, limits), values in zip(self.ranges.items(), flat[: len(given)], strict=True):
            demands += limits.demands(name.replace("_", " "), values)
        if answer is not None:
            reason = self.beyond or "no answer"
            demands.append(Demand(reason, "numbers to have an answer", np.isnan(flat[-1])))
        return refusals(self.formula, demands, shape)
