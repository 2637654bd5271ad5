"""What an undo step is called: by what the user chose, not by the name of a field."""

from typing import Final

from outsample.named_parameters import named_parameters
from outsample.regimes import RegimeSettings

__all__ = ["STEP_WORDS", "step_words"]

_CHANGE: Final = "change "
_LABELS: Final = {one.name: f"{one.label[:1].lower()}{one.label[1:]}" for one in named_parameters(RegimeSettings)}

STEP_WORDS: Final = {
    "score": "the loss",
    "scheme": "how boundaries follow",
    "composition": "how cells are averaged",
    "target": "the observed price",
    "penalty": f"the {_LABELS['multiplier']}",
    "regime_method": "what finds the regimes",
    "regime_states": f"the {_LABELS['states']}",
    "relative": "what the decay curve is relative to",
    "side": "the window of the surface",
    "measure": "the measure of the surface",
    "axis": "the axis of the surface",
}


def step_words(label: str) -> str:
    """Return the label of a step with the words of a field in place of its name; other labels as they are.

    Examples
    --------
    >>> step_words("change regime_method")
    'change what finds the regimes'
    >>> step_words("mark a span as calm")
    'mark a span as calm'
    """
    if not label.startswith(_CHANGE):
        return label
    field = label.removeprefix(_CHANGE)
    return f"{_CHANGE}{STEP_WORDS.get(field, field)}"
