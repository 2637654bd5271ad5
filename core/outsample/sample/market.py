"""Making the sample market: path, snapshots, listing, surface, quotes, faults, truth."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from outsample.datasets import OptionQuotes, Prices, Settlement
from outsample.errors import OutsampleError
from outsample.sample.faults import Faults, plant_faults
from outsample.sample.listing import Listing, list_options
from outsample.sample.quoting import OptionState, activity, mark, two_sided
from outsample.sample.randomness import Streams
from outsample.sample.recipe import SampleRecipe
from outsample.sample.surface import Surface, simulate_surface
from outsample.sample.truth import PlantedJump, PlantedRegime, Truth
from outsample.sample.underlying import Path, simulate_path
from outsample.typing import DAY, SECOND, YEAR, Floats, Integers
from outsample.windows import Window

__all__ = ["COIN", "GENERATOR", "SampleMarket", "SamplingCancelledError", "make_market"]

GENERATOR: Final = 1  # raise it with every change that alters a made market: it is part of the cache key
COIN: Final = "SIM"  # an invented coin, so that nobody takes the sample for real data
VENUE: Final = "Outsample sample"
FIRST_CLOCK: Final = 34_200  # seconds after midnight: 09:30
JITTER_SECONDS: Final = 1_200  # either side
STRIKE_VOLS: Final = (0.45, 0.65)  # strikes are listed as wide as the market's vol asks for, within these

Progress = Callable[[float, str], None]  # share done, what is being done: as in `outsample.io`
Cancelled = Callable[[], bool]


class SamplingCancelledError(OutsampleError):
    """The user stopped the making of the sample market."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleMarket:
    """Option quotes, hourly prices of their underlying, and what was planted in them."""

    quotes: OptionQuotes
    prices: Prices
    truth: Truth


def make_market(
    recipe: SampleRecipe, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> SampleMarket:
    """Make the market of `recipe`.

    Parameters
    ----------
    recipe : SampleRecipe
    progress : callable, optional
        Called with (share done, what is being done); the share rises from 0 to 1.
    cancelled : callable, optional
        Asked between the steps; when it returns True the making stops.

    Raises
    ------
    SamplingCancelledError
        `cancelled` returned True.
    """

    def reached(share: float, what: str) -> None:
        if cancelled is not None and cancelled():
            raise SamplingCancelledError("making the sample market was stopped before it was done; start it again")
        if progress is not None:
            progress(share, what)

    reached(0.0, "simulating the underlying")
    streams = Streams.of(recipe.seed)
    path = simulate_path(recipe, streams.path)
    reached(0.1, "listing options")
    times = _snapshots(recipe, streams.clock)
    surface = simulate_surface(recipe, path, times, streams.surface)
    spot = path.price_at(times)
    listing = list_options(COIN, times, spot, np.clip(surface.vol, *STRIKE_VOLS))
    reached(0.3, "quoting")
    source = {"sample": asdict(recipe), "generator": GENERATOR}
    columns, state = _quote(listing, surface, times, spot, streams.quoting)
    reached(0.7, "planting faults")
    faults = _plant(recipe, columns, state, streams.faults)
    columns["index"][:] = _stale_index(recipe, times, spot)[listing.snapshot.repeat(2)]
    reached(0.8, "putting columns together")
    quotes = OptionQuotes(
        **columns,
        settlement=Settlement.INVERSE,
        currency=COIN,
        venue=VENUE,
        instruments=listing.instruments,
        source=source,
    )
    prices = path.hourly(COIN, streams.quoting.standard_normal(path.vol.size), source)
    market = SampleMarket(quotes, prices, _truth(recipe, path, faults))
    reached(1.0, "market made")
    return market


def _snapshots(recipe: SampleRecipe, stream: np.random.Generator) -> Integers:
    """Return the snapshot times: irregular by minutes, none during the outage."""
    spacing = 86_400 // recipe.snapshots_a_day
    clock = np.sort((FIRST_CLOCK + spacing * np.arange(recipe.snapshots_a_day)) % 86_400)
    seconds = (86_400 * np.arange(recipe.days)[:, None] + clock).ravel()
    seconds = seconds + stream.integers(-JITTER_SECONDS, JITTER_SECONDS, seconds.size)
    times = recipe.start + SECOND * seconds
    outage = _outage(recipe)
    return times[(times < outage.start) | (times >= outage.stop)]


def _outage(recipe: SampleRecipe) -> Window:
    start = recipe.midnight(recipe.faults.outage_at)
    return Window(start, start + round(recipe.faults.outage_days * DAY))


def _stale_window(recipe: SampleRecipe) -> Window:
    start = recipe.midnight(recipe.faults.stale_index_at)
    return Window(start, start + round(recipe.faults.stale_index_days * DAY))


def _stale_index(recipe: SampleRecipe, times: Integers, spot: Floats) -> Floats:
    """Return the index of each snapshot as the feed showed it: its last value throughout the stale window."""
    rows = _stale_window(recipe).rows(times)
    shown = spot.copy()
    shown[rows] = spot[max(rows.start - 1, 0)]
    return shown


def _quote(
    listing: Listing, surface: Surface, times: Integers, spot: Floats, stream: np.random.Generator
) -> tuple[dict[str, Any], OptionState]:
    """Return the canonical columns (put before call at each strike) and what decided the quotes."""
    snapshot, expiry, strike = listing.snapshot, listing.expiry, listing.strike
    tenor = (expiry - times[snapshot]) / YEAR
    forward = np.round(spot[snapshot] * np.exp(surface.basis[snapshot] * tenor), 2)
    ratio = strike / forward
    at_the_money = surface.at_the_money(snapshot, tenor)
    standardised = np.log(ratio) / (at_the_money * np.sqrt(tenor))
    vol = at_the_money * surface.smile(snapshot, tenor, standardised)
    is_call = np.tile([False, True], strike.size)
    state = OptionState(ratio.repeat(2), tenor.repeat(2), standardised.repeat(2), vol.repeat(2), is_call)
    price, mark_vol = mark(state)
    bid, ask = two_sided(state, surface.vol[snapshot].repeat(2), stream)
    instrument = 2 * listing.pair.repeat(2) + is_call
    time = times[snapshot].repeat(2)
    open_interest, volume = activity(instrument, time, state.standardised, stream)
    columns: dict[str, Any] = {
        "time": time,
        "expiry": expiry.repeat(2),
        "instrument": instrument.astype(np.int32),
        "strike": strike.repeat(2),
        "is_call": is_call,
        "forward": forward.repeat(2),
        "index": spot[snapshot].repeat(2),
        "bid": bid,
        "ask": ask,
        "mark": price,
        "mark_vol": mark_vol,
        "open_interest": open_interest,
        "volume": volume,
    }
    return columns, state


def _plant(recipe: SampleRecipe, columns: dict[str, Any], state: OptionState, stream: np.random.Generator) -> Faults:
    outside = np.where(state.is_call, state.standardised > 0, state.standardised < 0)
    prominent = outside & (np.abs(state.standardised) < 1.6) & (state.tenor > 1.5 / 365.0)
    return plant_faults(recipe.faults, columns["instrument"], prominent, columns["bid"], columns["ask"], stream)


def _truth(recipe: SampleRecipe, path: Path, faults: Faults) -> Truth:
    starts = recipe.regime_starts.tolist()
    jumps = zip(path.jump_time.tolist(), path.jump_log_return.tolist(), strict=True)
    return Truth(
        generator=GENERATOR,
        recipe=recipe.key,
        regimes=tuple(PlantedRegime(t, s.name, s.vol) for t, s in zip(starts, recipe.regimes, strict=True)),
        jumps=tuple(PlantedJump(time, size) for time, size in jumps),
        skew_change=recipe.midnight(recipe.skew_change_at),
        outage=_outage(recipe),
        stale_index=_stale_window(recipe),
        stale_rows=tuple(faults.stale.tolist()),
        crossed_rows=tuple(faults.crossed.tolist()),
        fat_finger_rows=tuple(faults.fat_finger.tolist()),
    )
