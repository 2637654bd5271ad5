"""The one dataclass of the verdict sheet: word, rule, bound, limit and everything they rest on."""

from dataclasses import dataclass
from enum import Enum
from math import exp, log
from typing import Annotated, Final

from outsample.diagnostics.headline import Headline
from outsample.named_parameters import NamedParameter, check_parameters, named_parameters
from outsample.number_text import significant
from outsample.scores import ErrorUnit
from outsample.typing import Bounds, Label, Unit

__all__ = ["MINIMUM_EFFECTIVE", "Limit", "Limits", "Status", "Verdict", "judge"]

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
    basis : str
        The number as it was chosen: ``ln 1.25``.
    is_chosen : bool
        Set by the user; else the house default.
    """

    value: float
    basis: str = ""
    is_chosen: bool = False

    @property
    def chooser(self) -> str:
        """Who chose it."""
        return "set by you" if self.is_chosen else "house default"

    @property
    def origin(self) -> str:
        """Where the number comes from: ``house default, ln 1.25``."""
        return f"{self.chooser}, {self.basis}" if self.basis else self.chooser


@dataclass(frozen=True, slots=True)
class Limits:
    """How much deterioration is tolerated, one number for each kind of contrast: 1.25 is no limit in nats.

    Parameters
    ----------
    loss_ratio : float
        Largest tolerated growth of an option loss relative to its benchmark from train to test; 1.25 of a squared
        loss is 1.12 of its RMSE. A verdict shows the latter where RMSE is shown.
    qlike_nats : float
        Largest tolerated mean QLIKE above that of the benchmark in the test window. 0.05 is a vol about 18 % too
        high or 14 % too low when the true one is known.
    pinball_share : float
        Largest tolerated mean pinball loss above that of the benchmark in the test window, as a share of the mean
        train loss of the benchmark. The pinball loss has no natural scale.

    Raises
    ------
    UsageError
        A value is no number or out of its bounds.
    """

    loss_ratio: Annotated[
        float, Label("Limit of option losses", "limit {}× loss"), Unit("× the loss"), Bounds(1.01, 10.0)
    ] = 1.25
    qlike_nats: Annotated[float, Label("Limit of QLIKE", "limit {} nats"), Unit("nats"), Bounds(0.001, 5.0)] = 0.05
    pinball_share: Annotated[
        float, Label("Limit of pinball loss", "limit {} of benchmark"), Unit("of the benchmark"), Bounds(0.001, 10.0)
    ] = 0.1

    def __post_init__(self) -> None:
        check_parameters(self)

    @staticmethod
    def parameter(unit: ErrorUnit) -> NamedParameter:
        """Return the one of these parameters that judges losses in `unit`."""
        names = {ErrorUnit.NATS: "qlike_nats", ErrorUnit.RETURN_PERCENT: "pinball_share"}
        wanted = names.get(unit, "loss_ratio")
        return next(one for one in named_parameters(Limits) if one.name == wanted)

    def of(self, unit: ErrorUnit, in_sample_benchmark: float) -> Limit:
        """Return the limit for a contrast, in its unit, with its origin.

        Parameters
        ----------
        unit : ErrorUnit
        in_sample_benchmark : float
            Mean train loss of the benchmark, used only for losses without a natural scale.
        """
        parameter = self.parameter(unit)
        value: float = getattr(self, parameter.name)
        text, is_chosen = parameter.written(value), value != parameter.default
        match unit:
            case ErrorUnit.NATS:
                return Limit(value, f"{text} nats", is_chosen)
            case ErrorUnit.RETURN_PERCENT:
                return Limit(value * abs(in_sample_benchmark), f"{text} of the benchmark's train loss", is_chosen)
            case _:
                return Limit(log(value), f"ln {text}", is_chosen)


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
    whose = "your" if limit.is_chosen else "the"
    windows = (("train", headline.effective_train), ("test", headline.effective_test))
    where, smallest = min(windows, key=lambda window: window[1] if window[1] == window[1] else 0.0)
    if not smallest >= MINIMUM_EFFECTIVE:
        return Status.NOT_ENOUGH_DATA, (
            f"{where} holds {smallest:.1f} effective observations, {MINIMUM_EFFECTIVE:.0f} are needed"
        )
    if not headline.minimum_detectable <= 2.0 * limit.value:
        return Status.NOT_ENOUGH_DATA, (
            f"the smallest effect detectable with 80 % power is {_shown(headline, headline.minimum_detectable)}, "
            f"twice {whose} limit is {_shown(headline, 2.0 * limit.value)}"
        )
    bound = _shown(headline, limit.value)
    if headline.upper_bound < limit.value:
        return Status.PASS, f"upper 95 % bound {_shown(headline, headline.upper_bound)} is below {whose} limit {bound}"
    if headline.lower_bound > limit.value:
        return Status.FAIL, f"lower 95 % bound {_shown(headline, headline.lower_bound)} is above {whose} limit {bound}"
    return Status.WATCH, (
        f"{whose} limit {bound} lies between the 95 % bounds "
        f"{_shown(headline, headline.lower_bound)} and {_shown(headline, headline.upper_bound)}"
    )


def _shown(headline: Headline, value: float) -> str:
    """Return a contrast as the user reads it: a ratio of RMSE, or score units with their sign."""
    if headline.is_ratio:
        power = headline.ratio_power * value
        return f"more than {_LARGEST:,.0f}×" if power > log(_LARGEST) else f"{exp(power):.2f}×"
    return f"{significant(value, is_signed=True)} {headline.unit}"
