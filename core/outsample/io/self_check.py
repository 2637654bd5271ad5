"""Import self-check: the venue's marks repriced from its own vols, under each hypothesis on clock and forward.

A row is within rounding when ``|model - mark| <= vega u/2 + tick/2``, with u the last digit in which the vol is
printed and tick that of the mark. The right conventions stand out by an order of magnitude; a misread column leaves
none of them standing. Marks that move faster than the printed forward keep the share below one.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from outsample.formulas.black import black_price, black_vega
from outsample.typing import DAY, Bools, Floats, Integers

__all__ = ["Hypothesis", "SelfCheck", "self_check"]

MAXIMUM_ROWS: Final = 1_000_000  # evenly spaced rows beyond this: the share needs no more
LOW_SHARE: Final = 0.10  # below this not even the best hypothesis describes the marks
_YEARS: Final = (365.0, 365.25, 360.0)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read the columns, and how well it reprices the marks.

    Parameters
    ----------
    name : str
    share_within_rounding : float
        Fraction of the rows checked.
    median_error_premium : float or None
        Median absolute error, premium currency; None where no row could be priced.
    median_error_volpoints : float or None
        The same divided by vega, vol points, over rows whose vega is measurable.
    """

    name: str
    share_within_rounding: float
    median_error_premium: float | None
    median_error_volpoints: float | None


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """All hypotheses over `rows` rows; the best is the one with the largest share within rounding."""

    rows: int
    hypotheses: tuple[Hypothesis, ...]

    @property
    def best(self) -> Hypothesis:
        """The hypothesis that reprices most marks within rounding."""
        return max(self.hypotheses, key=lambda hypothesis: hypothesis.share_within_rounding)

    @property
    def is_convincing(self) -> bool:
        """Whether Act/365 on the row's own forward, the convention used everywhere here, is the best and not low."""
        return self.best is self.hypotheses[0] and self.best.share_within_rounding >= LOW_SHARE

    def sentences(self) -> tuple[str, ...]:
        """Return the finding, and a warning if a column or convention looks misread."""
        shares = ", ".join(f"{100 * item.share_within_rounding:.1f} % {item.name}" for item in self.hypotheses)
        error = self.best.median_error_volpoints
        found = (
            f"Self-check: the venue's marks repriced from its own vols ({self.rows:,} rows): best {self.best.name}; "
            f"within rounding {shares}" + ("." if error is None else f"; median error {error:.4f} vol points.")
        )
        if self.is_convincing:
            return (found,)
        if self.best.share_within_rounding < LOW_SHARE:
            cause = "no reading of the columns reprices the marks; check vol unit, premium currency and forward"
        else:
            cause = f"the marks follow {self.best.name}, not {self.hypotheses[0].name}; check expiry time and forward"
        return (found, f"Warning: {cause}.")

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "SelfCheck":
        """Return the check whose fields are in `document`."""
        return cls(document["rows"], tuple(Hypothesis(**item) for item in document["hypotheses"]))


def self_check(
    time: Integers,
    expiry: Integers,
    strike: Floats,
    is_call: Bools,
    forward: Floats,
    index: Floats,
    mark: Floats,
    mark_vol: Floats,
    is_inverse: bool,
) -> SelfCheck | None:
    """Return how many marks follow from the vols under each hypothesis; None if no row has both.

    Parameters
    ----------
    time, expiry : (n,) int64 array
        UTC nanoseconds.
    strike, forward, index : (n,) array
        USD; NaN allowed in the last two.
    mark : (n,) array
        Premium currency.
    mark_vol : (n,) array
        Fraction a year.
    is_inverse : bool
        Premium in coin per coin, else in USD.
    """
    usable = np.isfinite(mark) & (mark_vol > 0) & (forward > 0) & (expiry > time)
    row = np.flatnonzero(usable)
    if not row.size:
        return None
    if row.size > MAXIMUM_ROWS:
        row = row[np.linspace(0, row.size - 1, MAXIMUM_ROWS).astype(np.int64)]
    days = (expiry[row] - time[row]) / DAY
    inputs = (strike[row], is_call[row], mark[row], mark_vol[row], is_inverse)
    found = [
        _hypothesis(f"Act/{year:g} on {name}", level, days / year, *inputs)
        for name, level in (("the forward", forward[row]), ("the spot index", index[row]))
        for year in _YEARS
        if np.isfinite(level).any()
    ]
    return SelfCheck(int(row.size), tuple(found))


def _hypothesis(
    name: str,
    level: Floats,
    tenor: Floats,
    strike: Floats,
    is_call: Bools,
    mark: Floats,
    vol: Floats,
    is_inverse: bool,
) -> Hypothesis:
    factor = np.ones(level.size) if is_inverse else level
    with np.errstate(all="ignore"):  # absurd strikes and vols are part of what is being checked
        error = np.abs(black_price(strike / level, tenor, vol, is_call) * factor - mark)
        vega = black_vega(strike / level, tenor, vol) * factor
        rounding = vega * 0.5 * last_digit(vol) + 0.5 * last_digit(mark)
        measurable = vega * last_digit(vol) > last_digit(mark)
        error_volpoints = 100.0 * error[measurable] / vega[measurable]
    return Hypothesis(
        name,
        float(np.mean(error <= rounding)),
        _median(error),
        _median(error_volpoints),
    )


def last_digit(values: Floats) -> float:
    """Return the power of ten in which `values` are printed, between 1e-10 and 1.

    99.5 % of them decide, so that one odd value does not hide the rounding of the others.
    """
    sample = values[:: max(1, values.size // 10_000)]
    sample = np.abs(sample[np.isfinite(sample) & (sample != 0)])
    for digits in range(10):
        scaled = sample * 10.0**digits
        if not sample.size or np.mean(np.abs(scaled - np.rint(scaled)) <= 1e-9 * scaled + 1e-9) >= 0.995:
            return float(10.0**-digits)
    return 1e-10


def _median(values: Floats) -> float | None:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else None
