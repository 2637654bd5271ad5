"""An option-quote history in canonical columns, and the observations that models are judged on."""

import hashlib
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np

from outsample.datasets.cells import Axis
from outsample.datasets.observed import ObservedQuotes, observe
from outsample.datasets.prices import Prices
from outsample.datasets.pricing_terms import PricingTerms
from outsample.datasets.weights import Filters, Target, WeightReason
from outsample.errors import DataError
from outsample.scores import ErrorUnit, ScaleDomain
from outsample.typing import Bools, Floats, Integers, frozen

__all__ = ["COLUMNS", "OptionQuotes", "Settlement"]

FLOAT_COLUMNS = ("strike", "forward", "index", "bid", "ask", "mark", "mark_vol", "open_interest", "volume")
ALL = slice(None)
COLUMNS = ("time", "expiry", "instrument", "is_call", "settlement", *FLOAT_COLUMNS)


class Settlement(Enum):
    """Premium currency: the coin itself (inverse) or the quote currency (linear)."""

    INVERSE = "inverse"
    LINEAR = "linear"


@dataclass(frozen=True, eq=False)
class OptionQuotes:
    """Option quotes of one underlying, sorted by time, expiry, strike, is_call; every column read-only.

    Parameters
    ----------
    time, expiry : (n,) int64 array
        UTC nanoseconds.
    instrument : (n,) int32 array
        Index into `instruments`.
    strike : (n,) array
        Quote currency (USD).
    is_call : (n,) bool array
    forward : (n,) array
        Forward of the row's own expiry at its own time, USD; NaN where unknown.
    index : (n,) array
        Spot index, USD; NaN where unknown.
    bid, ask, mark : (n,) array
        Premium currency: coin per coin of underlying if inverse, USD if linear; NaN where missing.
    mark_vol : (n,) array
        The venue's own vol, fraction a year; NaN where missing.
    open_interest, volume : (n,) array
        As the venue counts them; NaN where missing.
    settlement : Settlement
    currency, venue : str
    instruments : tuple of str
    target : Target
        Whether the mid or the venue's mark is the observed price.
    axis : Axis
        Which moneyness axis the cells use.
    filters : Filters
        Which sound quotes are observations.
    source : mapping
        Files with SHA-256, column mapping, versions.
    """

    time: Integers
    expiry: Integers
    instrument: Integers
    strike: Floats
    is_call: Bools
    forward: Floats
    index: Floats
    bid: Floats
    ask: Floats
    mark: Floats
    mark_vol: Floats
    open_interest: Floats
    volume: Floats
    settlement: Settlement
    currency: str
    venue: str
    instruments: tuple[str, ...]
    target: Target = Target.MID
    axis: Axis = Axis.MONEYNESS
    filters: Filters = field(default_factory=Filters)
    source: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = {name: getattr(self, name).size for name in COLUMNS if name != "settlement"}
        if len(set(sizes.values())) != 1:
            raise DataError(f"option columns must have one length, found {sizes}; rebuild the store")
        if not self.time.size:
            raise DataError("an option history needs at least one quote, found none; load another file")
        if not (np.diff(self.time) >= 0).all():
            raise DataError("option quotes must be sorted by time, found disorder; import the file again")
        if not _is_sorted(self.time, self.expiry, self.strike):
            raise DataError(
                "option quotes of one time must be sorted by expiry and strike, found disorder; import the file again"
            )
        for name in sizes:
            frozen(getattr(self, name))

    @property
    def size(self) -> int:
        """Number of quotes, including those with weight 0."""
        return self.time.size

    @cached_property
    def times(self) -> Integers:
        """(m,) sorted distinct snapshot times, UTC nanoseconds."""
        return frozen(np.unique(self.time))

    @cached_property
    def observed(self) -> ObservedQuotes:
        """The quotes with weight 1, in the columns that models and scores read."""
        return observe(self)

    @property
    def weight_reasons(self) -> dict[WeightReason, int]:
        """How many quotes each step of the filter waterfall gave weight 0."""
        return self.observed.weight_reasons

    @property
    def time_index(self) -> Integers:
        """(k,) index into `times` of each observation."""
        return self.observed.time_index

    @property
    def cell(self) -> Integers:
        """(k,) cell of each observation: moneyness x tenor, row-major by tenor."""
        return self.observed.cell

    @property
    def n_cells(self) -> int:
        """Number of cells of the error surface."""
        return self.observed.grid.size

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the content, hex: the same quotes from another file, or seen another way, have the same one."""
        order = np.argsort(np.asarray(self.instruments, dtype=object)) if self.instruments else np.empty(0, int)
        names = [self.instruments[i] for i in order]
        rank = np.empty(order.size, dtype=np.int32)
        rank[order] = np.arange(order.size, dtype=np.int32)
        head = "\n".join((self.currency, self.venue, self.settlement.value, *names))
        digest = hashlib.sha256(head.encode())
        for name in COLUMNS:
            if name not in ("settlement", "instrument"):
                digest.update(np.ascontiguousarray(getattr(self, name)).data)
        digest.update(np.ascontiguousarray(rank[self.instrument]).data)
        return digest.hexdigest()

    def realised(self, domain: ScaleDomain) -> Floats:
        """Return the observed value per observation: implied vol (fraction a year) or premium."""
        return self.observed.implied_vol if domain is ScaleDomain.IMPLIED_VOL else self.observed.premium

    def express(self, prediction: Floats, domain: ScaleDomain, observations: Integers | slice = ALL) -> Floats:
        """Return predicted vols in `domain`, repriced by Black-76 where that is the premium.

        Parameters
        ----------
        prediction : (j,) array
            Vol, fraction a year, of each observation that `observations` selects.
        domain : ScaleDomain
        observations : index array or slice
            Which of the k observations the j predictions belong to.
        """
        if domain is ScaleDomain.IMPLIED_VOL:
            return prediction
        return self.pricing_terms(observations).premiums(prediction)

    def pricing_terms(self, observations: Integers | slice = ALL) -> PricingTerms:
        """Return what turns vols of the chosen observations into premiums."""
        seen, is_linear = self.observed, self.settlement is Settlement.LINEAR
        strike_ratio, tenor = seen.strike_ratio[observations], seen.tenor[observations]
        return PricingTerms(strike_ratio, tenor, seen.is_call[observations], seen.forward[observations], is_linear)

    def scale(self, unit: ErrorUnit) -> Floats:
        """Return the (k,) factor that turns an error in the unit's domain into `unit`; NaN where undefined."""
        return self.observed.scale(unit, inverse=self.settlement is Settlement.INVERSE)

    def underlying(self) -> Prices:
        """Return the underlying through time: the spot index, or the nearest forward where the index is missing."""
        return self.observed.underlying

    def viewed(self, target: Target, axis: Axis, filters: Filters | None = None) -> "OptionQuotes":
        """Return the same quotes with another observed price, cell axis or other filters; columns are shared."""
        return replace(self, target=target, axis=axis, filters=filters or self.filters)


def _is_sorted(time: Integers, expiry: Integers, strike: Floats) -> bool:
    """Whether expiries ascend within a time, and strikes within an expiry."""
    same_time = time[1:] == time[:-1]
    same_slice = same_time & (expiry[1:] == expiry[:-1])
    return not ((same_time & (expiry[1:] < expiry[:-1])) | (same_slice & (strike[1:] < strike[:-1]))).any()
