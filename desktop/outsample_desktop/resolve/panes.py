"""Verdict, models, decay and status: from an analysis to texts and curves."""

from typing import Final

import numpy as np

from outsample.catalog import MODELS, Entry, Kind, models_for
from outsample.datasets import OptionQuotes
from outsample.diagnostics import Curve as DecayLine
from outsample.diagnostics import Headline
from outsample.number_text import number
from outsample.report.analysis import Analysis, Judged
from outsample.scores import ScaleDomain
from outsample.study import Failure
from outsample.typing import DAY, Floats
from outsample.verdict import Status
from outsample_desktop.resolve.numbers import effect_text, p_text, ratio_text, vol_text
from outsample_desktop.resolve.views import Curve, DecayView, ModelRow, ModelsView, StatusView, VerdictView
from outsample_desktop.session import State

__all__ = [
    "active_model",
    "active_name",
    "decay_view",
    "hue_of",
    "log10_of",
    "models_view",
    "status_view",
    "verdict_view",
]

_EMPTY: Final = np.empty(0)
_HUES: Final = {
    found.name: place for kind in Kind for place, found in enumerate(one for one in MODELS if one.kind is kind)
}


def hue_of(name: str) -> int:
    """Return the hue of a model: its place among the catalogue entries of its kind."""
    return _HUES[name]


def active_model(state: State, analysis: Analysis) -> Judged | Failure | None:
    """Return the result whose verdict is shown: the chosen model, or the last one that is judged."""
    for result in analysis.results:
        name = result.entry.name if isinstance(result, Judged) else result.model
        if name == state.active:
            return result
    contested = [result for result in analysis.judged if result.verdict.status is not Status.BENCHMARK]
    ranked = contested or list(analysis.judged)
    return ranked[-1] if ranked else (analysis.failures[0] if analysis.failures else None)


def active_name(state: State, analysis: Analysis) -> str:
    """Return the name of the model whose verdict is shown; nothing where none is on."""
    result = active_model(state, analysis)
    return "" if result is None else result.entry.name if isinstance(result, Judged) else result.model


def verdict_view(state: State, analysis: Analysis) -> VerdictView:
    """Return the verdict sheet of the active model."""
    result = active_model(state, analysis)
    if result is None:
        return VerdictView("", None, "", "switch on a model in the table below", "", ())
    if isinstance(result, Failure):
        return VerdictView(_title(result.model), None, "", result.sentence(), "", ())
    found, verdict = result.headline, result.verdict
    effect = ""
    if verdict.status is not Status.BENCHMARK:
        low, high = effect_text(found, found.low), effect_text(found, found.high)
        effect = f"{effect_text(found, found.delta)} ({low} … {high})"
    return VerdictView(
        result.entry.title,
        verdict.status,
        effect,
        verdict.rule,
        verdict.caveat if analysis.is_exact else f"preview; {verdict.caveat}",
        _facts(result, found),
    )


def _facts(result: Judged, found: Headline) -> tuple[tuple[str, str], ...]:
    unit = found.unit
    facts = [
        (f"out-of-sample [{unit}]", f"{vol_text(found.out_of_sample, unit)}  (in {vol_text(found.in_sample, unit)})"),
        (f"bias [{unit}]", f"{vol_text(found.bias_out, unit)}  (in {vol_text(found.bias_in, unit)})"),
    ]
    if result.verdict.status is not Status.BENCHMARK:
        limit = result.verdict.limit
        whose = "yours" if limit.is_chosen else "house"
        facts += [
            ("limit, headroom", f"{effect_text(found, limit.value)} ({whose}), {_headroom(result)}"),
            ("nominal p", p_text(found.p_value)),
            ("regret", effect_text(found, found.regret)),
            ("detectable (80 %)", effect_text(found, found.minimum_detectable)),
        ]
    facts.append(
        (
            "times, effective",
            f"{found.times_test} of {found.times_test + found.times_train}, "
            f"{number(found.effective_test, 0)} | {number(found.effective_train, 0)}",
        )
    )
    return tuple(facts)


def _headroom(result: Judged) -> str:
    found = result.headline
    if not found.is_ratio:
        return f"{result.verdict.headroom:+.4f}".replace("-", "−")
    limit, upper = (np.exp(found.ratio_power * v) for v in (result.verdict.limit.value, found.upper_bound))
    return f"{limit - upper:+.2f}".replace("-", "−") if np.isfinite(upper) else "–"


def models_view(state: State, analysis: Analysis) -> ModelsView:
    """Return the table of models that the score can judge."""
    unit = analysis.score.score.unit.value
    headers = (
        f"Model [{unit}]",
        "In sample",
        "Out of sample",
        "Out / in",
        "Bias out",
        "vs benchmark",
        "95 % interval",
        "p nominal",
        "Regret",
        "n eff",
        "Refused",
        "Verdict",
    )
    known = {(result.entry.name if isinstance(result, Judged) else result.model): result for result in analysis.results}
    active = active_name(state, analysis)
    rows = tuple(
        _row(found, known.get(found.name), active)
        for found in models_for(analysis.score.kind, analysis.score.score.name)
    )
    return ModelsView(headers, rows)


def _row(found: Entry, result: Judged | Failure | None, active: str) -> ModelRow:
    hue, is_active = hue_of(found.name), found.name == active
    if result is None:
        return ModelRow(found.name, found.title, hue, False, is_active, None, ("",) * 10)
    if isinstance(result, Failure):
        return ModelRow(found.name, found.title, hue, True, is_active, None, ("",) * 10, result.sentence())
    head, study = result.headline, result.study
    interval = "–"
    if result.verdict.status is not Status.BENCHMARK:
        interval = f"{effect_text(head, head.low)} … {effect_text(head, head.high)}"
    cells = (
        vol_text(head.in_sample, head.unit),
        vol_text(head.out_of_sample, head.unit),
        ratio_text(head.out_over_in) if head.is_ratio else "–",
        vol_text(head.bias_out, head.unit),
        effect_text(head, head.delta),
        interval,
        p_text(head.p_value),
        effect_text(head, head.regret),
        number(head.effective_test, 0),
        f"{study.refused:,}",
    )
    return ModelRow(found.name, found.title, hue, True, is_active, result.verdict.status, cells)


def decay_view(state: State, analysis: Analysis) -> DecayView:
    """Return the decay curves of all models that are on, and the band of the active one."""
    shown, label = active_model(state, analysis), _decay_label(state, analysis)
    is_log = state.relative and analysis.score.score.unit.domain is not ScaleDomain.RETURN
    scale = log10_of if is_log else np.asarray
    lines: list[Curve] = []
    band: DecayLine | None = None
    for result in analysis.judged:
        found = result.decay
        values = found.line(state.relative)
        if values is None:
            continue
        if result is shown:
            band = found.relative if state.relative else found.raw
        hue = hue_of(result.entry.name)
        lines.append(Curve(result.entry.name, result.entry.title, hue, found.centre, scale(values), result is shown))
    note = "" if lines else "no model that is on has a benchmark to decay against; show the loss instead"
    if band is None:
        level = 0.0 if is_log else float("nan")
        return DecayView(tuple(lines), _EMPTY, _EMPTY, _EMPTY, _EMPTY, level, label, is_log, False, note)
    low, high, level = scale(band.low), scale(band.high), float(scale(np.array([band.level]))[0])
    all_low, all_high = (_EMPTY, _EMPTY) if state.dragging else (scale(band.low_all), scale(band.high_all))
    return DecayView(tuple(lines), low, high, all_low, all_high, level, label, is_log, band.hatched, note)


def log10_of(values: Floats) -> Floats:
    """Return logarithms; NaN for what has none."""
    return np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)


def _decay_label(state: State, analysis: Analysis) -> str:
    unit = analysis.score.score.unit.value
    if not state.relative:
        return f"{analysis.score.score.shown.value} [{unit}]"
    is_ratio = analysis.score.score.unit.domain is not ScaleDomain.RETURN
    return "ratio to benchmark, train = 1" if is_ratio else f"difference to benchmark [{unit}]"


def status_view(analysis: Analysis, milliseconds: float) -> StatusView:
    """Return the status line."""
    data = analysis.data
    if isinstance(data, OptionQuotes):
        size = f"{data.size:,} quotes, {data.observed.size:,} with weight 1"
    else:
        size = f"{data.times.size:,} returns"
    span = (int(data.times[-1]) - int(data.times[0])) / DAY
    state = f"{'exact' if analysis.is_exact else 'preview'}{', regimes preview' if analysis.regimes.is_preview else ''}"
    uncommon = max((result.study.uncommon for result in analysis.judged), default=0)
    left_out = f"  ·  {uncommon:,} left out so that all models answer the same quotes" if uncommon else ""
    text = f"{size} over {span:,.0f} days{left_out}  ·  last answer {milliseconds:.1f} ms  ·  all times UTC"
    return StatusView(analysis.is_exact and not analysis.regimes.is_preview, f"{state}  ·  {text}")


def _title(name: str) -> str:
    return next((found.title for found in MODELS if found.name == name), name)
