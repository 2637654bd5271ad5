"""The protocol of a scenario, and the one that changes nothing."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from outsample.model import Dataset

__all__ = ["Identity", "Scenario"]

Data = TypeVar("Data", bound=Dataset)


class Scenario(Protocol):
    """A pure change of data: the same data in give the same data out, and the ones given stay as they are."""

    def apply(self, data: Data) -> Data:
        """Return the changed data.

        Raises
        ------
        ScenarioError
            The data do not hold what the scenario changes.
        """


@dataclass(frozen=True, slots=True)
class Identity:
    """The scenario in which everything stays as it was."""

    def apply(self, data: Data) -> Data:
        """Return the data themselves."""
        return data
