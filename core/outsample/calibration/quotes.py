"""The quotes of one time, in the form a calibration reads."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from outsample.datasets import OptionQuotes, Settlement
from outsample.errors import FitError
from outsample.formulas.aligned import aligned
from outsample.formulas.black import black_price, black_vega
from outsample.formulas.implied_vol import implied_vol
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["ChainQuotes"]


@dataclass(frozen=True, eq=False)
class ChainQuotes:
    """Columns over the n quotes of one time, sorted by tenor, then strike; read-only and finite but for the spread.

    Parameters
    ----------
    strike_ratio : (n,) array
        ``K / F``.
    tenor : (n,) array
        Years.
    is_call : (n,) bool array
    implied_vol : (n,) array
        Fraction a year.
    price : (n,) array
        Undiscounted, fraction of the forward.
    vega : (n,) array
        Fraction of the forward per 1.00 of vol, at the quote's own implied vol; above 0.
    half_spread : (n,) array
        Fraction of the forward; NaN where it is not known.
    forward : (n,) array
        USD.
    slice_start : (s + 1,) int array
        First quote of each tenor, and their number.
    """

    strike_ratio: Floats
    tenor: Floats
    is_call: Bools
    implied_vol: Floats
    price: Floats
    vega: Floats
    half_spread: Floats
    forward: Floats
    slice_start: Integers

    def __post_init__(self) -> None:
        for column in fields(self):
            frozen(getattr(self, column.name))

    @classmethod
    def at(cls, data: OptionQuotes, time_index: int) -> Self:
        """Return the observations of one time of a history.

        Raises
        ------
        FitError
            There are none.
        """
        seen = data.observed
        rows = slice(int(seen.time_start[time_index]), int(seen.time_start[time_index + 1]))
        if rows.start == rows.stop:
            when = np.datetime_as_string(data.times[time_index].astype("datetime64[ns]"), unit="m")
            raise FitError(
                f"a calibration needs quotes that can be observed, found none at {when}Z; "
                "choose another time or relax the filters"
            )
        unit = 1.0 if data.settlement is Settlement.INVERSE else seen.forward[rows]
        return cls._sorted(
            np.exp(seen.log_moneyness[rows]),
            seen.tenor[rows],
            seen.is_call[rows],
            seen.implied_vol[rows],
            seen.premium[rows] / unit,
            seen.half_spread[rows] / unit,
            seen.forward[rows],
        )

    @classmethod
    def of_vols(
        cls,
        strike_ratio: ArrayLike,
        tenor: ArrayLike,
        is_call: ArrayLike,
        implied_vol: ArrayLike,
        half_spread: ArrayLike = np.nan,
        forward: ArrayLike = 1.0,
    ) -> Self:
        """Return the quotes with these implied vols, in any order; the columns broadcast together.

        Raises
        ------
        FitError
            There are none, or one of them is outside the domain of Black's formula or has no vega.
        """
        _, columns = aligned(strike_ratio, tenor, np.asarray(is_call, np.bool_), implied_vol, half_spread, forward)
        strike, years, calls, vol, half, level = columns
        return cls._sorted(strike, years, calls, vol, black_price(strike, years, vol, calls), half, level)

    @classmethod
    def of_prices(
        cls,
        strike_ratio: ArrayLike,
        tenor: ArrayLike,
        is_call: ArrayLike,
        price: ArrayLike,
        half_spread: ArrayLike = np.nan,
        forward: ArrayLike = 1.0,
    ) -> Self:
        """Return the quotes with these prices, fractions of the forward; otherwise as `of_vols`.

        Raises
        ------
        FitError
            There are none, or one of them has no implied vol: it is at or below intrinsic, or at or above the bound.
        """
        _, columns = aligned(strike_ratio, tenor, np.asarray(is_call, np.bool_), price, half_spread, forward)
        strike, years, calls, value, half, level = columns
        return cls._sorted(strike, years, calls, implied_vol(value, strike, years, calls), value, half, level)

    @classmethod
    def _sorted(
        cls, strike: Floats, tenor: Floats, is_call: Bools, vol: Floats, price: Floats, half: Floats, forward: Floats
    ) -> Self:
        if not strike.size:
            raise FitError("a calibration needs quotes, found none; choose another time or relax the filters")
        vega = black_vega(strike, tenor, vol)
        is_good = (vega > 0.0) & np.isfinite(price) & np.isfinite(forward) & (forward > 0.0) & (vol > 0.0)
        if not is_good.all():
            raise FitError(
                "a calibration needs finite quotes with prices between intrinsic and the upper bound, "
                f"found {np.count_nonzero(~is_good):,} of {is_good.size:,} that are not; leave them out"
            )
        order = np.lexsort((strike, tenor))
        return cls(
            strike_ratio=strike[order],
            tenor=tenor[order],
            is_call=is_call[order],
            implied_vol=vol[order],
            price=price[order],
            vega=vega[order],
            half_spread=half[order],
            forward=forward[order],
            slice_start=_starts(tenor[order]),
        )

    @property
    def size(self) -> int:
        """Number of quotes."""
        return self.strike_ratio.size

    @property
    def slices(self) -> list[slice]:
        """The quotes of each tenor."""
        edges = self.slice_start.tolist()
        return [slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True)]

    @property
    def slice_tenor(self) -> Floats:
        """(s,) years."""
        return self.tenor[self.slice_start[:-1]]

    @property
    def at_the_money(self) -> Floats:
        """(s,) implied vol at ``K = F``: linear in log-moneyness between strikes, flat if all lie on one side."""
        x = np.log(self.strike_ratio)
        return np.array([np.interp(0.0, x[rows], self.implied_vol[rows]) for rows in self.slices])

    def by_tenor(self) -> list[Self]:
        """Return the quotes of each tenor as a chain of its own, from the shortest on."""
        place = np.arange(self.size)
        return [self.only((place >= rows.start) & (place < rows.stop)) for rows in self.slices]

    def only(self, chosen: Bools) -> Self:
        """Return some of the quotes.

        Raises
        ------
        FitError
            None is chosen.
        """
        names = [column.name for column in fields(self) if column.name != "slice_start"]
        kept = {name: getattr(self, name)[chosen] for name in names}
        if not kept["tenor"].size:
            raise FitError("a calibration needs quotes, found none; choose another time or relax the filters")
        return replace(self, **kept, slice_start=_starts(kept["tenor"]))


def _starts(tenor: Floats) -> Integers:
    """Return where each tenor of a sorted column begins, and its length."""
    return np.append(np.flatnonzero(np.diff(tenor, prepend=-1.0)), tenor.size)
