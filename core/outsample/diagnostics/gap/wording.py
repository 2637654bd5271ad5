"""How a gap, or a part of one, is read."""

from math import expm1, isnan, nan

from outsample.number_text import significant
from outsample.scores import ErrorUnit, Shown
from outsample.study import Study

__all__ = ["amount_text", "loss_unit"]


def loss_unit(study: Study) -> str:
    """Return the unit of the losses of a study: squares of what is shown where roots are."""
    unit = study.score.unit.value
    if study.score.unit is ErrorUnit.RETURN_PERCENT:
        unit = f"{unit} of the price"  # a bare percent sign after a gap would be read as a share of the loss
    return f"squared {unit}" if study.score.shown is Shown.ROOT else unit


def amount_text(value: float, unit: str, power: float = nan) -> str:
    """Return a signed amount: with its unit, or for a log loss ratio, which has a `power`, in percent of what is shown.

    Examples
    --------
    >>> amount_text(-0.25, "nats")
    '−0.25 nats'
    >>> amount_text(0.1, "", 0.5)
    '+5.13 %'
    """
    if isnan(power):
        return f"{significant(value, is_signed=True)} {unit}"
    return f"{significant(100.0 * expm1(power * value), is_signed=True)} %"
