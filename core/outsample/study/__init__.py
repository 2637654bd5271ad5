"""evaluate() -> Study | Failure, and the losses every number is a mean of."""

from outsample.study.evaluate import Contender, Settings, Study, compare, evaluate, refit_schedule
from outsample.study.failure import Failure, FailureReason
from outsample.study.losses import Composition, Losses, Observations
from outsample.study.workspace import Workspace

__all__ = [
    "Composition",
    "Contender",
    "Failure",
    "FailureReason",
    "Losses",
    "Observations",
    "Settings",
    "Study",
    "Workspace",
    "compare",
    "evaluate",
    "refit_schedule",
]
