"""The one dataclass of the verdict sheet: word, rule, bound, limit and everything they rest on."""

from dataclasses import dataclass
from enum import Enum
from math import exp, log
from typing import Final

from outsample.diagnostics.headline import Headline
from outsample.scores import ErrorUnit

__all__ = ["MINIMUM_EFFECTIVE", "Limit", "Status", "Verdict", "default_limit", "judge"]

MINIMUM_EFFECTIVE: Final = 20.0
_LARGEST: Final = 1e6  # a ratio beyond it is no longer read, and soon no longer a float


class Status(Enum):
    """Always shown as word, shape and colour together."""

    PASS = "Pass"
    WATCH = "Watch"
    FAIL = "Fail"
    NOT_ENOUGH_DATA = "Not enough data"
    BENCHMARK = "Benchmark"


@dataclass(frozen=True, slots=True)
class Limit:
    """Largest tolerated deterioration against the benchmark.

    Parameters
    ----------
    value : float
        In the unit of the contrast: log of the squared-loss ratio, or score units.
    origin : str
        Where the number comes from.
    """

    value: float
    origin: str = "house default"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said about one model on one split.

    Parameters
    ----------
    status : Status
    rule : str
        The rule that decided, with the numbers it compared.
    headline : Headline
    limit : Limit
    headroom : float
        Limit minus the one-sided 95 % upper bound; negative when exceeded.
    caveat : str
        What this verdict does not yet account for.
    """

    status: Status
    rule: str
    headline: Headline
    limit: Limit
    headroom: float
    caveat: str


def default_limit(unit: ErrorUnit, in_sample_benchmark: float) -> Limit:
    """Return the house default: ln 1.25 for option losses, 0.05 nats for QLIKE, a tenth of the benchmark's loss else.

    Parameters
    ----------
    unit : ErrorUnit
    in_sample_benchmark : float
        Mean train loss of the benchmark, used only for losses without a natural scale.
    """
    if unit is ErrorUnit.NATS:
        return Limit(0.05, "house default, 0.05 nats (a vol about 18 % too high or 14 % too low)")
    if unit is ErrorUnit.RETURN_PERCENT:
        return Limit(0.1 * abs(in_sample_benchmark), "house default, a tenth of the benchmark's train loss")
    return Limit(log(1.25), "house default, ln 1.25")


def judge(headline: Headline, limit: Limit, fitted_by: str = "") -> Verdict:
    """Apply the rule of the verdict sheet; not rejecting is never a Pass by itself.

    Parameters
    ----------
    headline : Headline
    limit : Limit
    fitted_by : str
        The loss the fit minimised, where it is not the one that judges: the caveat then says so.
    """
    caveat = "not adjusted for looks" + (f"; fitted by {fitted_by}, judged by another loss" if fitted_by else "")
    headroom = limit.value - headline.upper_bound
    if headline.benchmark == "":
        return Verdict(
            Status.BENCHMARK, "a benchmark is what the others are judged against", headline, limit, headroom, caveat
        )
    status, rule = _decide(headline, limit)
    return Verdict(status, rule, headline, limit, headroom, caveat)


def _decide(headline: Headline, limit: Limit) -> tuple[Status, str]:
    windows = (("train", headline.effective_train), ("test", headline.effective_test))
    where, smallest = min(windows, key=lambda window: window[1] if window[1] == window[1] else 0.0)
    if not smallest >= MINIMUM_EFFECTIVE:
        return Status.NOT_ENOUGH_DATA, (
            f"{where} holds {smallest:.1f} effective observations, {MINIMUM_EFFECTIVE:.0f} are needed"
        )
    if not headline.minimum_detectable <= 2.0 * limit.value:
        return Status.NOT_ENOUGH_DATA, (
            f"the smallest effect detectable with 80 % power is {_shown(headline, headline.minimum_detectable)}, "
            f"twice the limit is {_shown(headline, 2.0 * limit.value)}"
        )
    bound = _shown(headline, limit.value)
    if headline.upper_bound < limit.value:
        return Status.PASS, f"upper 95 % bound {_shown(headline, headline.upper_bound)} is below the limit {bound}"
    if headline.lower_bound > limit.value:
        return Status.FAIL, f"lower 95 % bound {_shown(headline, headline.lower_bound)} is above the limit {bound}"
    return Status.WATCH, (
        f"the limit {bound} lies between the 95 % bounds "
        f"{_shown(headline, headline.lower_bound)} and {_shown(headline, headline.upper_bound)}"
    )


def _shown(headline: Headline, value: float) -> str:
    """Return a contrast as the user reads it: a ratio of RMSE, or score units with their sign."""
    if headline.is_ratio:
        power = headline.ratio_power * value
        return f"more than {_LARGEST:,.0f}×" if power > log(_LARGEST) else f"{exp(power):.2f}×"
    return f"{value:+.3g} {headline.unit}".replace("-", "−")
