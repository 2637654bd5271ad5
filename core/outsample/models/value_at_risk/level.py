"""The probability a VaR is stated at, checked at the border."""

from typing import Annotated, Final, TypeAlias

from outsample.errors import UsageError
from outsample.typing import Bounds, Unit

__all__ = ["Level", "check_level"]

_LOWEST: Final = 0.0005
_HIGHEST: Final = 0.5
Level: TypeAlias = Annotated[float, Unit("probability"), Bounds(_LOWEST, _HIGHEST)]


def check_level(level: float) -> None:
    """Refuse a level outside 0.0005 to 0.5.

    Raises
    ------
    UsageError
        `level` is above, below or NaN.
    """
    if not _LOWEST <= level <= _HIGHEST:
        raise UsageError(f"a VaR level must lie in {_LOWEST} to {_HIGHEST}, found {level}; type 0.01 for a 99 % VaR")
