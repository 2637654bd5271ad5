"""How sentences write a number: with so many decimals, or where nobody knows its size, with so many digits."""

from math import isfinite

__all__ = ["number", "significant"]

_NOTHING = "–"
_WHOLE = 1e9  # from where on whole digits are no longer read


def number(value: float, decimals: int = 1, is_signed: bool = False) -> str:
    """Return a number with a fixed count of decimals and a true minus, or a dash where there is none.

    What rounds to nothing has no sign.

    Examples
    --------
    >>> number(-0.371, 2), number(1013.2), number(0.25, 1, is_signed=True), number(-0.01)
    ('−0.37', '1,013.2', '+0.2', '0.0')
    """
    if not isfinite(value):
        return _NOTHING
    sign = "+" if is_signed else ""
    text = f"{value:{sign},.{decimals}f}"
    is_nothing = not any(digit in text for digit in "123456789")
    return text.lstrip("+-") if is_nothing else text.replace("-", "−")


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
