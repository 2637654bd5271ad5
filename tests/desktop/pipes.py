"""Both ends of the pipes of a background process that is called in this one."""

from multiprocessing import Pipe
from typing import Any, Self

__all__ = ["Pipes"]


class Pipes:
    """What the process tells and the window hears; what the window wants and the process asks for."""

    def __init__(self) -> None:
        self.heard, self.tell = Pipe(duplex=False)
        self.wanted, self.want = Pipe(duplex=False)

    def messages(self) -> list[Any]:
        """Return what was told since the last time."""
        found = []
        while self.heard.poll():
            found.append(self.heard.recv())
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self.heard, self.tell, self.wanted, self.want):
            end.close()
