"""How many quotes a fit needs: one rule and one sentence for every model of quotes."""

from typing import Final

from outsample.errors import FitError

__all__ = ["QUOTES_PER_PARAMETER", "require_quotes"]

QUOTES_PER_PARAMETER: Final = 10


def require_quotes(title: str, count: float, parameters: int) -> None:
    """Refuse a train window of too few usable quotes.

    Raises
    ------
    FitError
        There are fewer than ten a parameter.
    """
    needed = QUOTES_PER_PARAMETER * parameters
    if count < needed:
        raise FitError(f"{title} needs {needed} usable quotes in the train window, found {count:.0f}; widen the window")
