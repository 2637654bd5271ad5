"""Domains of the parameters."""

import math
from dataclasses import replace

import pytest

from outsample.errors import UsageError
from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma

HESTON = Heston(0.04, 2.0, 0.05, 0.5, -0.7)
BATES = Bates(0.04, 2.0, 0.05, 0.5, -0.7, 0.5, -0.1, 0.15)
SVCJ_SET = SVCJ(0.04, 2.0, 0.05, 0.5, -0.7, 0.5, -0.1, 0.15, 0.05, -0.4)
MERTON = Merton(0.2, 0.5, -0.1, 0.15)
KOU = Kou(0.16, 1.0, 0.4, 10.0, 5.0)
GAMMA = VarianceGamma(0.12, -0.14, 0.2)

OUTSIDE = [
    *(
        (model, name, bad)
        for model in (HESTON, BATES, SVCJ_SET)
        for name, bad in [
            ("initial_variance", 0.0),
            ("mean_reversion", 0.0),
            ("long_run_variance", -1e-9),
            ("vol_of_vol", -0.1),
            ("correlation", -1.01),
            ("correlation", 1.01),
        ]
    ),
    *(
        (model, name, bad)
        for model in (BATES, SVCJ_SET, MERTON)
        for name, bad in [
            ("jump_intensity", -0.1),
            ("jump_deviation", -0.1),
            ("jump_mean", math.inf),
        ]
    ),
    (SVCJ_SET, "variance_jump_mean", -0.1),
    (SVCJ_SET, "jump_correlation", 20.0),
    (MERTON, "vol", 0.0),
    (KOU, "vol", -0.1),
    (KOU, "jump_intensity", -1.0),
    (KOU, "up_probability", 1.1),
    (KOU, "up_rate", 1.0),
    (KOU, "down_rate", 0.0),
    (GAMMA, "vol", 0.0),
    (GAMMA, "variance_rate", -0.1),
    (GAMMA, "variance_rate", -math.inf),
    (GAMMA, "drift", 5.0),
]


@pytest.mark.parametrize(("model", "name", "bad"), OUTSIDE)
def test_a_parameter_outside_its_domain_is_refused_in_one_sentence(model, name, bad):
    with pytest.raises(UsageError, match=rf"{name}.* of {type(model).__name__} must be .*, found .*; (choose|lower) "):
        replace(model, **{name: bad})


@pytest.mark.parametrize("model", [HESTON, BATES, SVCJ_SET, MERTON, KOU, GAMMA], ids=lambda one: type(one).__name__)
def test_no_parameter_may_be_nan(model):
    for name in model.__slots__:
        with pytest.raises(UsageError, match="found nan"):
            replace(model, **{name: math.nan})


def test_what_bounds_a_number_is_said():
    with pytest.raises(UsageError) as caught:
        replace(HESTON, correlation=-2.0)
    said = "correlation of Heston must be a finite number of at least -1 and at most 1, found -2.0; "
    assert str(caught.value) == said + "choose one in that range"
    with pytest.raises(UsageError, match=r"up_rate of Kou must be a finite number above 1, found 0\.5; choose"):
        replace(KOU, up_rate=0.5)


def test_limits_belong_to_the_domain():
    assert replace(HESTON, vol_of_vol=0.0, long_run_variance=0.0, correlation=-1.0).feller_ratio == math.inf
    assert replace(BATES, jump_intensity=0.0, jump_deviation=0.0).jump_intensity == 0.0
    assert replace(SVCJ_SET, variance_jump_mean=0.0).variance_jump_mean == 0.0
    assert replace(GAMMA, variance_rate=0.0).variance_rate == 0.0


def test_the_feller_ratio():
    # Albrecher et al. (2007): 2 kappa theta / sigma^2.
    assert HESTON.feller_ratio == pytest.approx(2.0 * 2.0 * 0.05 / 0.25)
    assert BATES.feller_ratio == SVCJ_SET.feller_ratio == HESTON.feller_ratio
    assert replace(HESTON, vol_of_vol=0.4).feller_ratio > 1.0 > HESTON.feller_ratio


def test_parameters_are_the_fields_in_their_order():
    assert SVCJ_SET.parameters.tolist() == [0.04, 2.0, 0.05, 0.5, -0.7, 0.5, -0.1, 0.15, 0.05, -0.4]
    assert KOU.parameters.tolist() == [0.16, 1.0, 0.4, 10.0, 5.0]
    assert GAMMA.parameters.tolist() == [0.12, -0.14, 0.2]
