"""A test of a mean with both of its alternatives, so that the direction is never hidden."""

from dataclasses import dataclass

from scipy.special import stdtr

from outsample.inference.long_run import student_quantile
from outsample.number_text import significant
from outsample.test_result import TestResult

__all__ = ["SidedResult", "moved", "said_p", "sided"]


@dataclass(frozen=True, slots=True)
class SidedResult:
    """One two-sided test and the p-values of the two alternatives it consists of.

    Parameters
    ----------
    result : TestResult
        Two-sided; a positive statistic and effect mean worse.
    p_worse : float
        Of what was found or more, against the alternative "worse"; between 0 and 1.
    p_better : float
        Against the alternative "better"; ``1 - p_worse``.
    """

    result: TestResult
    p_worse: float
    p_better: float


def sided(
    name: str,
    title: str,
    effect: float,
    standard_error: float,
    dof: float,
    *,
    level: float,
    unit: str,
    n: int,
    sentence: str,
) -> SidedResult:
    """Compare ``effect / standard_error`` with Student t; infinite `dof` is the normal distribution.

    Parameters
    ----------
    sentence : str
        What was found, without its end: whether chance explains it, and the p-values, are added.
    """
    reach = student_quantile(dof, 1.0 - 0.5 * level) * standard_error
    statistic = effect / standard_error
    worse, better = float(stdtr(dof, -statistic)), float(stdtr(dof, statistic))
    p_value = min(2.0 * min(worse, better), 1.0)
    verdict = "more than chance explains" if p_value < level else "which chance explains"
    ending = f", {verdict} ({said_p(p_value)}; that it is worse, {said_p(worse)}; that it is better, {said_p(better)})."
    result = TestResult(
        name=name,
        title=title,
        statistic=statistic,
        p_value=p_value,
        level=level,
        effect=effect,
        effect_unit=unit,
        low=effect - reach,
        high=effect + reach,
        n=n,
        sentence=sentence + ending,
    )
    return SidedResult(result, worse, better)


def said_p(p_value: float) -> str:
    """Return a p-value in words.

    Examples
    --------
    >>> said_p(0.0312), said_p(2e-5)
    ('p 0.031', 'p below 0.001')
    """
    return "p below 0.001" if p_value < 0.001 else f"p {p_value:.3f}"


def moved(effect: float, unit: str) -> str:
    """Return an effect on a loss in words.

    Examples
    --------
    >>> moved(-0.12, "nats"), moved(0.5, "")
    ('0.12 nats lower', '0.5 higher')
    """
    return f"{significant(abs(effect))}{' ' if unit else ''}{unit} {'lower' if effect < 0.0 else 'higher'}"
