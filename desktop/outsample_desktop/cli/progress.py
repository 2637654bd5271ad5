"""Progress on standard error, where somebody is looking at it."""

import sys
from types import TracebackType
from typing import Self

__all__ = ["Progress"]


class Progress:
    """One line that is written over and gone at the end; silent where standard error is not a terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)

    def __call__(self, share: float, what: str) -> None:
        """Show a share in [0, 1] and what is being done."""
        if self._is_shown:
            text = f"{100 * share:3.0f} %  {what}"[:78]
            print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = max(self._width, len(text))
