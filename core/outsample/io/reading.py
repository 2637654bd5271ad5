"""What a vendor's reader hands back; the report is made of it."""

from dataclasses import dataclass

from outsample.datasets import OptionQuotes, Prices
from outsample.io.report import MappedColumn
from outsample.io.self_check import SelfCheck

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Dataset, and how the columns were understood.

    Parameters
    ----------
    dataset : OptionQuotes or Prices
    mapping : tuple of MappedColumn
    notes : tuple of str
    left_out : dict
        Good rows of other underlyings, count by name.
    self_check : SelfCheck or None
    """

    dataset: OptionQuotes | Prices
    mapping: tuple[MappedColumn, ...]
    notes: tuple[str, ...]
    left_out: dict[str, int]
    self_check: SelfCheck | None = None

    @property
    def rows_kept(self) -> int:
        """Number of rows in the dataset."""
        return self.dataset.time.size
