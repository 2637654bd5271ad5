"""How numbers of a known size are written: vol points with one decimal, ratios with two and a cross, p with three."""

from math import exp, isfinite, log

from outsample.diagnostics import Headline
from outsample.number_text import number

__all__ = ["effect_text", "p_text", "percent_text", "ratio_text", "vol_text"]

_NOTHING = "–"
_LARGEST = 1e6  # ratios beyond say no more


def vol_text(value: float, unit: str) -> str:
    """Return an error with the digits its unit deserves."""
    if not isfinite(value):
        return _NOTHING
    if unit == "coin":
        return number(value, 5)
    if unit in ("nats", "%"):
        return number(value, 3)
    if unit == "half-spreads":
        return number(value, 2)
    return number(value, 1 if abs(value) >= 1.0 else 2)


def ratio_text(value: float) -> str:
    """Return a ratio: two decimals and a cross."""
    return f"{value:.2f}×" if isfinite(value) else _NOTHING


def p_text(value: float) -> str:
    """Return a p-value: three decimals, or that it is smaller."""
    if not isfinite(value):
        return _NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def percent_text(value: float) -> str:
    """Return a share as whole percent."""
    return f"{number(100.0 * value, 0)} %" if isfinite(value) else _NOTHING


def effect_text(found: Headline, value: float) -> str:
    """Return a contrast as the user reads it: a ratio of what is shown, or score units with their sign."""
    if not isfinite(value):
        return _NOTHING
    if found.is_ratio:
        power = found.ratio_power * value
        return f">{_LARGEST:,.0f}×" if power > log(_LARGEST) else ratio_text(exp(power))
    return f"{value:+.4f}".replace("-", "−")
