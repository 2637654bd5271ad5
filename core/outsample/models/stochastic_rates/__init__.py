"""Black's model when the short rate moves too: a term structure of vol that is flat in strike."""

from outsample.models.stochastic_rates.rabinovitch import Rabinovitch, RabinovitchFit

__all__ = ["Rabinovitch", "RabinovitchFit"]
