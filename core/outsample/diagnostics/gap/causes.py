"""What a gap is put down to, in words.

A contrast has a yardstick: what the market does to both losses drops out, so that parts of it can be the model's own
doing. A loss by itself has none. With QLIKE even the forecast that knows the true variance loses ln 4 more in a market
twice as volatile. So parts of a loss are named, and nobody is blamed for them. Of a gap that may be chance not even
parts are named, for they cancel.
"""

from dataclasses import dataclass, replace
from typing import Final

from outsample.diagnostics.gap.terms import ROUNDING, GapParts, Part, Term
from outsample.diagnostics.gap.wording import amount_text

__all__ = ["SplitGap", "told"]

FEWEST: Final = 20  # times of a window, below which no cause is named; DEFINITIONS, Split
CLEARLY_LESS: Final = 0.5  # of cross-validated optimism; fits on 4/5 of the times alone would leave .8 of it
MORE: Final = {
    Part.OPTIMISM: "that it does worse on parts of the train window it was not fitted to",
    Part.MIX: "not the model's fault: the test window holds more of the conditions in which it does worst",
    Part.WITHIN: "the model's own fault: it does worse than before under conditions that it was trained on",
    Part.UNSEEN: "due to conditions that the train window did not hold",
}
LESS: Final = {
    Part.OPTIMISM: "that it does better on parts of the train window it was not fitted to",
    Part.MIX: "no merit of the model: the test window holds less of the conditions in which it does worst",
    Part.WITHIN: "the model's own merit: it does better than before under conditions that it was trained on",
    Part.UNSEEN: "due to conditions that the train window did not hold, and in which it does better",
}
RISES: Final = {  # of a loss without a yardstick
    Part.OPTIMISM: "that it is higher on parts of the train window the model was not fitted to",
    Part.MIX: "that the test window holds more of the conditions in which it is high",
    Part.WITHIN: "that it is higher than before under conditions that the train window held as well",
    Part.UNSEEN: "due to conditions that the train window did not hold",
}
FALLS: Final = {
    Part.OPTIMISM: "that it is lower on parts of the train window the model was not fitted to",
    Part.MIX: "that the test window holds less of the conditions in which it is high",
    Part.WITHIN: "that it is lower than before under conditions that the train window held as well",
    Part.UNSEEN: "due to conditions that the train window did not hold, and in which it is lower",
}


_MARKET: Final = "; the loss itself rises and falls with the market"


@dataclass(frozen=True, slots=True)
class SplitGap:
    """One gap with its parts and what they say.

    Parameters
    ----------
    parts : GapParts
    unit : str
        Of losses and their differences; empty for a log ratio.
    power : float
        Exponent that turns a log loss ratio into the ratio of what is shown; NaN for losses and their differences.
    benchmark : str
        What the loss is compared with; empty for the loss itself, of which no part is anybody's fault.
    fit_optimism : float
        What of optimism is the fit itself, by the scatter of its scores; the rest of a cross-validated one is change
        inside the train window, and that blocks are judged by fits on fewer times. NaN where not known.
    sentence : str
        Which part is the model's fault; of a gap that cannot be told from chance none is.
    """

    parts: GapParts
    unit: str
    power: float
    benchmark: str
    fit_optimism: float
    sentence: str

    def text(self, value: float) -> str:
        """Return a gap, or a part of one, as it is read: in percent of what is shown for a ratio, else in its unit."""
        return amount_text(value, self.unit, self.power)


def told(parts: GapParts, model: str, benchmark: str, unit: str, power: float, fit_optimism: float) -> SplitGap:
    """Return a gap with what it says; parameters as of `SplitGap`."""
    one = SplitGap(parts, unit, power, benchmark, fit_optimism, "")
    return replace(one, sentence=f"{_lead(one, model)}{_causes(one)}.")


def _lead(one: SplitGap, model: str) -> str:
    """Return how large the gap is."""
    parts, gap = one.parts, one.parts.gap.estimate
    lead = f"Against {one.benchmark}, the loss of {model}" if one.benchmark else f"The loss of {model}"
    if _is_same(parts):
        return f"{lead} is the same out of sample as in training"
    how, amount = "higher" if gap > 0.0 else "lower", one.text(gap)
    if one.benchmark and one.unit:
        amount += ", test less train; the verdict judges the test window alone"
    return f"{lead} is {how} out of sample than in training ({amount})"


def _is_same(parts: GapParts) -> bool:
    return abs(parts.gap.estimate) <= ROUNDING * max(abs(parts.in_sample), abs(parts.test))


def _causes(one: SplitGap) -> str:
    """Return what the gap comes from, as far as it is there at all."""
    parts, gap = one.parts, one.parts.gap.estimate
    if _is_same(parts):
        return ""
    doubt = _doubt(parts)
    if doubt is not None:
        return f"; {doubt}the gap cannot be told from chance, nor its parts be blamed"
    sure = [term for term in parts.terms if term.is_distinguishable and term.value * gap > 0.0]
    if not sure:
        return f"; no part of that can be told from chance{'' if one.benchmark else _MARKET}"
    largest = max(sure, key=lambda term: abs(term.value))
    share = "the largest part that can be told from chance"
    if abs(largest.value) > 0.5 * abs(gap):
        share = "most of it" if abs(largest.value) <= abs(gap) else "all of it and more"
    more, less = (MORE, LESS) if one.benchmark else (RISES, FALLS)
    reason = (more if largest.value > 0.0 else less)[largest.part]
    amount = f"{largest.part.value} {one.text(largest.value)}{_of_which(one, largest)}"
    return f"; {share} is {reason} ({amount}){'' if one.benchmark else _MARKET}"


def _doubt(parts: GapParts) -> str | None:
    """Return why no cause may be named, with a space after it; None where one may."""
    windows = (("train", parts.times_train), ("test", parts.times_test))
    few = [f"{count} {words} {'time' if count == 1 else 'times'}" for words, count in windows if count < FEWEST]
    if few:
        return f"with {' and '.join(few)} "
    ends = parts.gap.interval()
    return None if ends.low > 0.0 or ends.high < 0.0 else ""


def _of_which(one: SplitGap, term: Term) -> str:
    """Return how little of cross-validated optimism is the fit itself, where that is clear."""
    is_clear = term.part is Part.OPTIMISM and one.fit_optimism < CLEARLY_LESS * term.value
    amount = one.text(one.fit_optimism)
    return f", of which {amount} is the fit itself, the rest change inside train" if is_clear else ""
