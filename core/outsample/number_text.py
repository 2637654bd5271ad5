"""How sentences write a number of which nobody knows the size beforehand."""

from math import isfinite

__all__ = ["significant"]

_NOTHING = "–"
_WHOLE = 1e9  # from where on whole digits are no longer read


def significant(value: float, digits: int = 3, is_signed: bool = False) -> str:
    """Return a number with so many significant digits, or all whole ones, and a true minus; a dash where there is none.

    Examples
    --------
    >>> significant(-0.012345), significant(1013.2), significant(0.25, is_signed=True)
    ('−0.0123', '1,013', '+0.25')
    """
    if not isfinite(value):
        return _NOTHING
    sign = "+" if is_signed else ""
    is_whole = 10.0**digits - 0.5 <= abs(value) < _WHOLE
    text = f"{value:{sign},.0f}" if is_whole else f"{value:{sign}.{digits}g}"
    return text.replace("-", "−")
