"""A model that cannot answer is a value, not an exception: it renders in place, with its cure."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Failure", "FailureReason"]


class FailureReason(Enum):
    """Closed list of why a study does not exist."""

    CANNOT_FIT = "cannot be fitted"
    NOTHING_IN_COMMON = "nothing in common"
    WRONG_SCORE = "wrong score"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why `model` has no study on this split.

    Parameters
    ----------
    model : str
    reason : FailureReason
    message : str
        What is required and what was found.
    cure : str
        What to do about it.
    """

    model: str
    reason: FailureReason
    message: str
    cure: str

    def sentence(self) -> str:
        """Return message and cure as one sentence."""
        return f"{self.message}; {self.cure}" if self.cure else self.message
