"""The gap as bars: what of it is the model's own, what came of the market, and what random order says."""

from math import expm1, isfinite
from typing import Final

from outsample.diagnostics.gap import GapDecomposition, Part, SplitGap, StudySplit
from outsample.number_text import number, significant
from outsample.report.decay_findings import DecayFindings
from outsample.report.decay_tables import shuffled_parts
from outsample.test_result import NotTested
from outsample_desktop.resolve.charts import Bar, BarsView
from outsample_desktop.resolve.decay_charts import TITLES, note_of
from outsample_desktop.resolve.panes import hue_of

__all__ = ["gap_bars"]

_PARTS: Final = {
    Part.OPTIMISM: "optimism",
    Part.MIX: "mix of regimes",
    Part.WITHIN: "change in regimes",
    Part.UNSEEN: "unseen regimes",
}


def gap_bars(found: DecayFindings, waits: str) -> BarsView:
    """Return the gap and its parts, and below them the same gap told apart by random order.

    Bars of a log ratio are as long as that, in hundredths, so that they add up; what is written beside them is the
    percentage it amounts to.

    Parameters
    ----------
    found : DecayFindings
    waits : str
        What to say of what is pending.
    """
    if isinstance(found.gap, NotTested):
        return BarsView(TITLES["gap"], "", note=note_of(found.gap, waits))
    one, hue = found.gap.primary, hue_of(found.judged.entry.name)
    whole, value = one.parts.gap.interval(), one.parts.gap.estimate
    is_clear = whole.low > 0.0 or whole.high < 0.0
    ends = (whole.low, whole.high)
    bars = [_bar(one, "gap", value, ends, hue, not is_clear, found.gap.sentence, is_total=True)]
    for term in one.parts.terms:
        is_weak = not term.is_distinguishable or one.parts.hatched
        is_own = term.part.is_of_the_model and bool(one.benchmark)
        colour = hue if is_own else "unseen" if term.part is Part.UNSEEN else "muted"
        said = _said(one, _PARTS[term.part], term.value, term.low, term.high)
        bars.append(_bar(one, _PARTS[term.part], term.value, (term.low, term.high), colour, is_weak, said))
    bars += _shuffled(found.shuffled, found.gap)
    own = "; coloured: of the model, not of the market" if one.benchmark else "; a raw loss moves with the market"
    detail = f"{one.unit or 'bars in log points, numbers in %'}; hatched: may be nothing{own}"
    return BarsView(TITLES["gap"], detail, tuple(bars))


def _shuffled(found: StudySplit | NotTested, gap: GapDecomposition) -> list[Bar]:
    """Return what is there in any order of time, and what only in this one."""
    if isinstance(found, NotTested):
        return []
    one = gap.primary
    split = found.loss if one is gap.loss else found.scaled
    if split is None:
        return []
    said = found.sentence if found.is_complete else f"{found.sentence} Only {split.draws} draws could be made."
    return [
        _bar(one, part.title, part.value, (part.low, part.high), "normal", not part.is_clear, said)
        for part in shuffled_parts(split)
    ]


def _bar(
    one: SplitGap,
    title: str,
    value: float,
    ends: tuple[float, float],
    hue: int | str,
    is_hatched: bool,
    said: str,
    is_total: bool = False,
) -> Bar:
    factor = 1.0 if one.unit else 100.0 * one.power
    low, high = (factor * end for end in ends)
    return Bar(title, _amount(one, value), factor * value, low, high, hue, is_hatched, is_total, said)


def _amount(one: SplitGap, value: float) -> str:
    """Return a signed amount as it stands beside a bar; the title of the pane has the unit of a loss."""
    if not isfinite(value):
        return number(value)
    text = significant(value) if one.unit else f"{number(100.0 * expm1(one.power * value), 1)} %"
    is_more = value > 0.0 and any(digit in text for digit in "123456789")
    return f"+{text}" if is_more else text


def _said(one: SplitGap, title: str, value: float, low: float, high: float) -> str:
    unit = f" {one.unit}" if one.unit else ""
    text = f"{title}: {_amount(one, value)}{unit}"
    return f"{text}, 95 % {_amount(one, low)} to {_amount(one, high)}{unit}" if isfinite(low + high) else text
