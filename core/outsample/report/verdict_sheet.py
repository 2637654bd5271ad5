"""The verdicts of an analysis as one JSON document, and the exit code of a gate."""

from dataclasses import dataclass
from math import exp
from typing import Any, Final

from outsample.catalog import entry
from outsample.report.analysis import Analysis, Judged
from outsample.report.sidecar import case_parameter_facts, data_facts, plain, score_facts, split_facts, versions
from outsample.study import Failure
from outsample.verdict import Status

__all__ = ["GATE_CODES", "Recorded", "gate_code", "verdict_sheet"]

SHEET_FORMAT: Final = 1
GATE_CODES: Final = {Status.PASS: 0, Status.WATCH: 1, Status.FAIL: 2, Status.NOT_ENOUGH_DATA: 3}
CANNOT_BE_JUDGED: Final = "Cannot be judged"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The fingerprint that a case recorded, and whether the data still have it."""

    fingerprint: str
    matches: bool


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One model; every key is always there, None where it does not apply or is not a number.

    The numbers are those of the columns of ``studies.csv``, in `unit` (levels) or `contrast` (theta, bounds, limit).
    """

    model: str
    title: str
    status: str
    rule: str
    cure: str = ""
    caveat: str = ""
    benchmark: str | None = None
    unit: str | None = None
    contrast: str | None = None
    in_sample: float | None = None
    out_of_sample: float | None = None
    out_over_in: float | None = None
    theta: float | None = None
    ratio: float | None = None
    low_95: float | None = None
    high_95: float | None = None
    lower_bound_95: float | None = None
    upper_bound_95: float | None = None
    limit: float | None = None
    limit_origin: str | None = None
    headroom: float | None = None
    p_nominal: float | None = None
    regret: float | None = None
    n_train: int | None = None
    n_test: int | None = None
    n_missing: int | None = None
    n_eff_train: float | None = None
    n_eff_test: float | None = None
    minimum_detectable: float | None = None
    is_hatched: bool | None = None
    not_predicted: int | None = None
    left_out: int | None = None


def verdict_sheet(analysis: Analysis, recorded: Recorded | None = None) -> dict[str, Any]:
    """Return every verdict with the numbers it rests on, in plain values; NaN is None.

    Parameters
    ----------
    analysis : Analysis
    recorded : Recorded, optional
        What the case knew of its data, where the analysis came from a case.
    """
    return {
        "format": SHEET_FORMAT,
        "gate": gate_code(analysis),
        "data": {
            **data_facts(analysis.data),
            "recorded_sha256": None if recorded is None else recorded.fingerprint,
            "is_as_recorded": None if recorded is None else recorded.matches,
        },
        "split": split_facts(analysis.split),
        "score": score_facts(analysis),
        "settings": plain(analysis.settings),
        "case_parameters": case_parameter_facts(analysis),
        "models": [plain(_judged(one) if isinstance(one, Judged) else _failed(one)) for one in analysis.results],
        "versions": versions(),
    }


def gate_code(analysis: Analysis) -> int | None:
    """Return the worst code of all models that are not benchmarks: 0 pass, 1 watch, 2 fail, 3 not enough data.

    None where only benchmarks were asked for.
    """
    codes = [_code(result) for result in analysis.results if not _is_benchmark(result)]
    return max(codes, default=None)


def _code(result: Judged | Failure) -> int:
    return GATE_CODES[result.verdict.status] if isinstance(result, Judged) else GATE_CODES[Status.NOT_ENOUGH_DATA]


def _is_benchmark(result: Judged | Failure) -> bool:
    return entry(result.model if isinstance(result, Failure) else result.entry.name).benchmark == ""


def _judged(result: Judged) -> SheetLine:
    found, verdict = result.headline, result.verdict
    return SheetLine(
        model=result.entry.name,
        title=result.entry.title,
        status=verdict.status.value,
        rule=verdict.rule,
        caveat=verdict.caveat,
        benchmark=found.benchmark,
        unit=found.unit,
        contrast="ln ratio" if found.is_ratio else found.unit,
        in_sample=found.in_sample,
        out_of_sample=found.out_of_sample,
        out_over_in=found.out_over_in,
        theta=found.delta,
        ratio=exp(found.ratio_power * found.delta) if found.is_ratio else None,
        low_95=found.low,
        high_95=found.high,
        lower_bound_95=found.lower_bound,
        upper_bound_95=found.upper_bound,
        limit=verdict.limit.value,
        limit_origin=verdict.limit.origin,
        headroom=verdict.headroom,
        p_nominal=found.p_value,
        regret=found.regret,
        n_train=found.times_train,
        n_test=found.times_test,
        n_missing=found.missing,
        n_eff_train=found.effective_train,
        n_eff_test=found.effective_test,
        minimum_detectable=found.minimum_detectable,
        is_hatched=found.hatched,
        not_predicted=result.study.refused,
        left_out=result.study.uncommon,
    )


def _failed(failure: Failure) -> SheetLine:
    title = entry(failure.model).title
    return SheetLine(failure.model, title, CANNOT_BE_JUDGED, failure.message, failure.cure)
