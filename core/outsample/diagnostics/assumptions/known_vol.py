"""Whether options are priced at the volatility that comes: implied against realised variance, life by life.

In variances, of which a sum of squared returns is an unbiased measure however few they are; a vol realised over seven
days is 4 % too low on average. Lives do not overlap; their dependence is left to the long-run variance.

References: Carr and Wu (2009), Review of Financial Studies 22, 1311-1341, doi:10.1093/rfs/hhn038; Patton (2011), J.
Econometrics 160, 246-256, doi:10.1016/j.jeconom.2010.03.034, for QLIKE.
"""

import math
from typing import Final

import numpy as np

from outsample.diagnostics.assumptions.option_lives import OptionLives
from outsample.diagnostics.assumptions.question import Answer, Question, against_zero
from outsample.inference import difference_of_means, long_run
from outsample.number_text import number
from outsample.typing import Floats

__all__ = ["FORECAST", "PREMIUM", "PREMIUM_SHIFT", "implied_forecast", "premium_shift", "variance_premium"]

_FEWEST_LIVES: Final = 8
_LIVES: Final = "option lives that do not overlap"
PREMIUM: Final = Question("variance-premium", "Variance risk premium", _FEWEST_LIVES, _LIVES)
PREMIUM_SHIFT: Final = Question("premium-shift", "Shift of the variance premium", _FEWEST_LIVES, _LIVES)
FORECAST: Final = Question("implied-forecast", "Implied vol as a forecast", _FEWEST_LIVES, _LIVES)


def variance_premium(lives: OptionLives, level: float = 0.05) -> Answer:
    """Test whether implied variance is the mean of what came.

    Parameters
    ----------
    lives : OptionLives
        At least 8, none overlapping another.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: root mean implied less root mean realised variance, vol points; its interval is that of the difference
        of variances over the sum of the roots.
    """
    paid = lives.implied - lives.realised
    refusal = PREMIUM.refusal(paid)
    if refusal:
        return refusal
    mean = against_zero(paid)
    implied, realised = _vol(lives.implied), _vol(lives.realised)
    said = "dearer" if paid.mean() > 0.0 else "cheaper"
    word = "" if mean.p_value < level else ", no more than chance allows"
    sentence = (
        f"Options were {said} than what came: implied {100.0 * implied:.1f} against {100.0 * realised:.1f} vol points "
        f"realised over {lives.size} lives{word}."
    )
    return PREMIUM.answer_of_mean(mean, level, lives.size, sentence, "vol points", 100.0 / (implied + realised))


def premium_shift(train: OptionLives, test: OptionLives, level: float = 0.05) -> Answer:
    """Test whether the premium of the train window holds on test.

    Parameters
    ----------
    train, test : OptionLives
        As in `variance_premium`.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: change of implied less realised variance, over the sum of the test roots: vol points.
    """
    before, after = train.implied - train.realised, test.implied - test.realised
    refusal = PREMIUM_SHIFT.refusal(before, after)
    if refusal:
        return refusal
    moved = difference_of_means(long_run(before), long_run(after))
    unit = 100.0 / (_vol(test.implied) + _vol(test.realised))
    said = "changed by" if moved.p_value < level else "changed by no more than chance allows,"
    effect = unit * moved.estimate
    sentence = (
        f"From train to test the premium of options over what came {said} {number(effect, is_signed=True)} vol points."
    )
    return PREMIUM_SHIFT.answer_of_mean(moved, level, train.size + test.size, sentence, "vol points", unit)


def implied_forecast(lives: OptionLives, rival: Floats | float, rival_name: str, level: float = 0.05) -> Answer:
    """Test whether implied variance forecasts what came better than a rival does, by QLIKE.

    Parameters
    ----------
    lives : OptionLives
        As in `variance_premium`.
    rival : (n,) array or float
        Variance a year that the rival forecasts; lives for which it is not positive are left out.
    rival_name : str
        With its article.
    level : float

    Returns
    -------
    TestResult or NotTested
        Effect: mean loss of the rival less that of implied variance, nats; above 0 implied is the better.
    """
    other = np.broadcast_to(np.asarray(rival, dtype=np.float64), lives.realised.shape)
    good = (other > 0.0) & (lives.implied > 0.0)
    gain = _qlike(other[good], lives.realised[good]) - _qlike(lives.implied[good], lives.realised[good])
    refusal = FORECAST.refusal(gain)
    if refusal:
        return refusal
    mean = against_zero(gain)
    said = "a better" if mean.estimate > 0.0 else "a worse"
    if not mean.p_value < level:
        said = "neither a better nor a worse"
    won = number(mean.estimate, 3, is_signed=True)
    sentence = (
        f"Implied vol was {said} forecast of what came than {rival_name}: {won} nats a life, over {gain.size} lives."
    )
    return FORECAST.answer_of_mean(mean, level, gain.size, sentence, "nats")


def _vol(variance: Floats) -> float:
    return math.sqrt(float(variance.mean()))


def _qlike(forecast: Floats, realised: Floats) -> Floats:
    return np.asarray(np.log(forecast) + realised / forecast)
