"""The charts of the room of decay whose numbers are worked out when nothing is held."""

from typing import Final

import numpy as np

from outsample.report.decay_findings import PENDING, DecayFindings
from outsample.test_result import NotTested
from outsample.typing import SECOND, Floats
from outsample_desktop.resolve.charts import Band, ChartView, Level, Line, Stroke
from outsample_desktop.resolve.panes import hue_of

__all__ = ["TITLES", "fluctuation_chart", "note_of", "recalibration_chart", "staleness_chart"]

TITLES: Final = {
    "horizon": "Loss by days since train end",
    "staleness": "Staleness",
    "recalibration": "Cost of recalibrating",
    "fluctuation": "Fluctuation",
    "gap": "Gap",
    "triangle": "Vintage and age",
}
_LOG_TEN: Final = float(np.log(10.0))


def note_of(missing: NotTested, waits: str) -> str:
    """Return why there is nothing to see: what the test says, or what is said while it is pending."""
    return waits if missing is PENDING else missing.sentence


def staleness_chart(found: DecayFindings, waits: str) -> ChartView:
    """Return S(a) with its bands and the curve of the half-life.

    Parameters
    ----------
    found : DecayFindings
    waits : str
        What to say of what is pending.
    """
    curve, life = found.staleness, found.half_life
    if isinstance(curve, NotTested):
        return ChartView(TITLES["staleness"], "", note=note_of(curve, waits))
    hue = hue_of(found.judged.entry.name)

    def shown(values: Floats) -> Floats:
        return _scale(found, values, curve.is_ratio)

    lines = [Line("aged fits", hue, curve.age, shown(curve.value), is_active=True)]
    lines += [Line("", hue, curve.age, shown(end), Stroke.DOTTED) for end in (curve.low_all, curve.high_all)]
    if not isinstance(life, NotTested) and np.isfinite(life.fitted).all():
        lines.append(Line("curve of the half-life", "text", curve.age, shown(life.fitted), Stroke.DASHED))
    what = "× a fresh fit on the same dates" if curve.is_ratio else f"more than a fresh fit [{curve.unit}]"
    return ChartView(
        TITLES["staleness"],
        f"{what}, by age in days{_preview(found)}; 95 %: band pointwise, dots simultaneous",
        tuple(lines),
        Band(hue, curve.age, shown(curve.low), shown(curve.high), bool(curve.hatched.mean() > 0.5)),
        (Level(0.0),),
        is_log_y=curve.is_ratio,
    )


def recalibration_chart(found: DecayFindings, waits: str) -> ChartView:
    """Return what refitting every so many days costs; parameters as of `staleness_chart`."""
    cost, curve = found.recalibration, found.staleness
    if isinstance(cost, NotTested) or isinstance(curve, NotTested):
        said = cost if isinstance(cost, NotTested) else curve
        assert isinstance(said, NotTested)
        return ChartView(TITLES["recalibration"], "", note=note_of(said, waits))
    hue, x = hue_of(found.judged.entry.name), cost.days.astype(np.float64)
    value, low, high = (_scale(found, one, curve.is_ratio) for one in (cost.cost, cost.low, cost.high))
    what = "× always fresh" if curve.is_ratio else f"more than always fresh [{cost.unit}]"
    return ChartView(
        TITLES["recalibration"],
        f"{what}, by days between two calibrations{_preview(found)}",
        (Line("", hue, x, value, is_active=True),),
        Band(hue, x, low, high),
        (Level(0.0),),
        is_log_y=curve.is_ratio,
    )


def fluctuation_chart(found: DecayFindings, waits: str) -> ChartView:
    """Return the fluctuation statistic through time with its limits; parameters as of `staleness_chart`."""
    moving = found.fluctuation
    if isinstance(moving, NotTested):
        return ChartView(TITLES["fluctuation"], "", is_time=True, note=note_of(moving, waits))
    line = Line("", hue_of(found.judged.entry.name), found.fluctuation_times / SECOND, moving.statistic, is_active=True)
    limits = tuple(Level(sign * moving.critical, "fail") for sign in (1.0, -1.0))
    detail = f"mean of {moving.window} times, in standard errors; above the red line worse than the benchmark"
    return ChartView(TITLES["fluctuation"], detail, (line,), None, (*limits, Level(0.0)), is_time=True)


def _scale(found: DecayFindings, values: Floats, is_ratio: bool) -> Floats:
    """Return contrasts as they are drawn: log10 of the ratio of what is shown, or the difference itself."""
    return np.asarray(values * found.judged.headline.ratio_power / _LOG_TEN if is_ratio else values)


def _preview(found: DecayFindings) -> str:
    """Return that the vintages were fitted by the quicker way, where they were."""
    return ", preview" if not isinstance(found.vintages, NotTested) and found.vintages.is_preview else ""
