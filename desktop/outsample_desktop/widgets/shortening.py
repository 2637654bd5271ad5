"""Names shortened in the middle: those of parameters begin alike and differ in their last word."""

from functools import lru_cache
from typing import Final

from outsample_desktop.widgets.lettering import elided, width_of

__all__ = ["shortened"]

_KEPT: Final = 256


@lru_cache(_KEPT)
def shortened(text: str, points: float, room: float) -> str:
    """Return a text that fits into so many pixels: whole, else with words left out before the last, else cut off."""
    if width_of(text, points) <= room:
        return text
    *words, last = text.split(" ")
    shorter = (f"{' '.join(words[:count])} … {last}" for count in range(len(words) - 1, 0, -1))
    return next((one for one in shorter if width_of(one, points) <= room), elided(text, points, room))
