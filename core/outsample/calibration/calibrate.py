"""Fit a transform model to the quotes of one time, and say how far the fit can be trusted."""

import math

import numpy as np

from outsample.calibration.bounds import parameter_names
from outsample.calibration.judgement import judged
from outsample.calibration.levenberg_marquardt import Minimum
from outsample.calibration.quotes import ChainQuotes
from outsample.calibration.result import Calibration
from outsample.calibration.search import Search
from outsample.calibration.settings import CalibrationSettings
from outsample.errors import UsageError
from outsample.formulas.fourier import TransformModel

__all__ = ["calibrate"]


def calibrate(
    kind: type[TransformModel],
    chain: ChainQuotes,
    settings: CalibrationSettings,
    start: TransformModel | None = None,
    previous: TransformModel | None = None,
) -> Calibration:
    """Fit a model to the quotes of one time.

    Parameters
    ----------
    kind : type
        `Heston`, `Bates`, `SVCJ`, `Merton`, `Kou` or `VarianceGamma`.
    chain : ChainQuotes
    settings : CalibrationSettings
    start : TransformModel, optional
        Where the search begins: one of the same kind, such as yesterday's. Without it, or where the chain cannot be
        priced under it, several starts are tried.
    previous : TransformModel, optional
        What the ridge pulls to, of the same kind; without it there is none.

    Returns
    -------
    Calibration
        Its values are finite and inside the bounds whatever its status.

    Raises
    ------
    FitError
        The chain has fewer quotes than the model has parameters.
    UsageError
        The model has no bounds, or `start` or `previous` is of another kind.

    References
    ----------
    Cui, del Bano Rollin and Germano (2017), doi:10.1016/j.ejor.2017.05.018, for analytic gradients in a
    Levenberg-Marquardt search.
    """
    for model in (start, previous):
        if model is not None and not isinstance(model, kind):
            raise UsageError(
                f"start and previous of a calibration must be of the kind {kind.__name__} that is fitted, "
                f"found {type(model).__name__}; give one of that kind or none"
            )
    search = Search.of(kind, chain, settings, previous)
    found, spent = None, 0
    if start is not None:
        inside = np.clip(start.parameters, search.low, search.high)
        found, spent = search.refined([inside], settings.most_iterations)
    if found is None or not math.isfinite(found.at.total):
        ends, coarse = search.coarse_ends(settings.starts)
        found, fine = search.refined(ends, settings.most_iterations)
        spent += coarse + fine
    return _calibration(search, found, spent)


def _calibration(search: Search, found: Minimum, spent: int) -> Calibration:
    model, chain = search.model(found.values), search.residuals.chain
    judgement = judged(found, search.low, search.high, chain.slice_start, search.ridge)
    ratio = getattr(model, "feller_ratio", None)
    return Calibration(
        model=model,
        names=parameter_names(search.kind),
        values=found.values,
        standard_errors=judgement.known.standard_errors,
        error_kind=judgement.known.error_kind,
        hessian=found.at.hessian,
        gradient=found.at.gradient,
        sum_of_squares=found.at.total,
        count=chain.size,
        status=judgement.status,
        at_bound=judgement.at_bound,
        feller=None if ratio is None else bool(ratio >= 1.0),
        condition_number=judgement.known.condition_number,
        correlation=judgement.known.correlation,
        evaluations=spent,
    )
