"""What a reader must keep in mind beside the p of a test, by its name."""

from typing import Final

__all__ = ["caution_of"]

_SIGN: Final = "A sign, not a proof: "
_POWER: Final = "In long windows departures too small to matter are found; read the size."
_IID: Final = "Takes returns as independent; clusters of volatility alone make it reject more often."
_PERSISTENT: Final = "The carry is persistent; with few months its interval is too narrow."
_FEW: Final = "Rests on few lives that do not overlap."
_CAUTIONS: Final = {
    "jarque-bera": _POWER,
    "anderson-darling": _POWER,
    "carried-moments": _IID,
    "carried-probabilities": _IID,
    "hill-left": "The index depends on the share of returns that is called a tail.",
    "hill-right": "The index depends on the share of returns that is called a tail.",
    "exceedances-left": _IID,
    "exceedances-right": _IID,
    "brown-forsythe": _IID,
    "vol-shift": "Clusters of volatility that last for weeks are taken for a shift in a quarter of all histories.",
    "ljung-box": _IID,
    "bipower": "Rounded or stale prices hide and feign jumps.",
    "lee-mykland": "A daily pattern of volatility within intraday bars makes its busiest hour look like jumps.",
    "jump-rate": "A daily pattern of volatility within intraday bars makes its busiest hour look like jumps.",
    "variance-premium": _FEW,
    "premium-shift": _FEW,
    "implied-forecast": _FEW,
    "carry-drift": _PERSISTENT,
    "carry-slope": _PERSISTENT,
    "carry-shift": _PERSISTENT,
    "leland": "An upper bound: a future or perpetual is cheaper to trade than the options that replicate it.",
    "benford": _SIGN + "lot sizes, minimum orders and dependence of volumes move first digits too.",
    "round-prices": _SIGN + "people like round numbers, and coarse quoting grids make them.",
    "expiry-moves": _SIGN + "expiries share their hour and weekday with other news.",
}


def caution_of(name: str) -> str:
    """Return the caution for a test; empty where there is none."""
    return _CAUTIONS.get(name, "")
