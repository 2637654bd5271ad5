"""The errors a user can cause or cure.

Every message says what is required, what was found and how to cure it, in one sentence.
"""

__all__ = ["DataError", "ExportError", "FitError", "OutsampleError", "ScenarioError", "UsageError"]


class OutsampleError(Exception):
    """Base of every expected error; its text is fit to be shown to the user as it stands."""


class DataError(OutsampleError):
    """A file or a column is not what the reader or dataset needs."""


class FitError(OutsampleError):
    """A model cannot be fitted on the train window; `evaluate` turns it into a `Failure`."""


class ScenarioError(OutsampleError):
    """A scenario does not apply to the data it was given."""


class UsageError(OutsampleError):
    """A request names something that does not exist or contradicts itself."""


class ExportError(OutsampleError):
    """A picture, table or store could not be written; nothing that existed before was touched."""
