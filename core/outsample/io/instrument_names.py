"""Deribit instrument names: ``BTC-3JAN26-90000-C``, ``XRP_USDC-30JUN24-0d625-P``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from outsample.typing import HOUR, SECOND

__all__ = ["EXPIRY_OF_DAY", "OptionName", "parse_option_name", "written_name"]

EXPIRY_OF_DAY: Final = 8 * HOUR  # Deribit options expire at 08:00 UTC
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAME: Final = re.compile(r"([A-Z0-9]+)(?:_([A-Z0-9]+))?-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:[d.]\d+)?)-([CP])", re.ASCII)


@dataclass(frozen=True, slots=True)
class OptionName:
    """What an instrument name says.

    Parameters
    ----------
    base : str
        The underlying coin.
    quote : str
        Currency of strike and premium of a linear option; empty for an inverse one.
    expiry : int
        UTC nanoseconds.
    strike : float
        Quote currency.
    is_call : bool
    """

    base: str
    quote: str
    expiry: int
    strike: float
    is_call: bool

    @property
    def group(self) -> str:
        """Name of the underlying with its settlement: ``BTC`` (inverse) or ``SOL_USDC`` (linear)."""
        return f"{self.base}_{self.quote}" if self.quote else self.base


@lru_cache(maxsize=65_536)  # hundreds of snapshot files repeat the same thousands of names
def parse_option_name(name: str) -> OptionName | None:
    """Return what `name` says, or None if it is not the name of an option.

    >>> parse_option_name("XRP_USDC-3JAN26-0d625-C").strike
    0.625
    """
    match = _NAME.fullmatch(name.strip())
    if match is None or match[4] not in _MONTHS:
        return None
    try:
        day = datetime(2000 + int(match[5]), _MONTHS.index(match[4]) + 1, int(match[3]), tzinfo=UTC)
    except ValueError:
        return None
    expiry = int(day.timestamp()) * SECOND + EXPIRY_OF_DAY
    return OptionName(match[1], match[2] or "", expiry, float(match[6].replace("d", ".")), match[7] == "C")


def written_name(base: str, expiry: int, strike: float, is_call: bool) -> str:
    """Return the Deribit name of an option of which only the terms are known."""
    day = datetime.fromtimestamp(expiry // SECOND, UTC)
    text = f"{strike:.15g}".replace(".", "d")
    return f"{base}-{day.day}{_MONTHS[day.month - 1]}{day.year % 100:02d}-{text}-{'C' if is_call else 'P'}"
