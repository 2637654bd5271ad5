"""Published prices, and every reference row of the six models, through the public formula."""

import csv
import json
import math

import numpy as np
import pytest

from outsample.formulas.fourier import SVCJ, Bates, Heston, Kou, Merton, VarianceGamma, fourier_price


def mean_log_jump(relative, deviation, coupling=0.0):
    """Return the mean log jump of a mean relative jump."""
    return math.log((1.0 + relative) * (1.0 - coupling)) - 0.5 * deviation**2


# model, S, K, T, r, q, price of the call. Kahl and Jaeckel (2005), Wilmott; Broadie and Kaya (2006),
# doi:10.1287/opre.1050.0247, tables 1, 3 and 4; Fang and Oosterlee (2008), doi:10.1137/080718061, equation 53 and table
# 8; Kou (2002), doi:10.1287/mnsc.48.8.1086.166, section 5; Andersen (2008), doi:10.21314/JCF.2008.189, case I. Each is
# printed to 4 to 9 digits; the further ones come from 25-digit integrals.
PUBLISHED = [
    (Heston(0.16, 1.0, 0.16, 2.0, -0.8), 100.0, 200.0, 10.0, 0.0, 0.0, 4.9521147208797647),
    (Heston(0.010201, 6.21, 0.019, 0.61, -0.7), 100.0, 100.0, 1.0, 0.0319, 0.0, 6.8061133134620267),
    (Heston(0.0175, 1.5768, 0.0398, 0.5751, -0.5711), 100.0, 100.0, 1.0, 0.0, 0.0, 5.785155434376189),
    (Heston(0.0175, 1.5768, 0.0398, 0.5751, -0.5711), 100.0, 100.0, 10.0, 0.0, 0.0, 22.318945791154489),
    (Heston(0.04, 0.5, 0.04, 1.0, -0.9), 100.0, 100.0, 10.0, 0.0, 0.0, 13.084670136992361),
    (
        Bates(0.008836, 3.99, 0.014, 0.27, -0.79, 0.11, mean_log_jump(-0.12, 0.15), 0.15),
        *(100.0, 100.0, 5.0, 0.0319, 0.0, 20.164154582244256),
    ),
    (
        SVCJ(
            *(0.007569, 3.46, 0.008, 0.14, -0.82, 0.47),
            *(mean_log_jump(-0.1, 0.0001, 0.05 * -0.38), 0.0001, 0.05, -0.38),
        ),
        *(100.0, 100.0, 1.0, 0.0319, 0.0, 6.8618756214247777),
    ),
    (Kou(0.16, 1.0, 0.4, 10.0, 5.0), 100.0, 98.0, 0.5, 0.05, 0.0, 9.1473173039369264),
    (VarianceGamma(0.12, -0.14, 0.2), 100.0, 90.0, 1.0, 0.1, 0.0, 19.099354724202093),
    (VarianceGamma(0.12, -0.14, 0.2), 100.0, 90.0, 0.1, 0.1, 0.0, 10.993703186729056),
]


@pytest.mark.parametrize(("model", "spot", "strike", "tenor", "rate", "carry", "price"), PUBLISHED)
def test_the_published_prices(model, spot, strike, tenor, rate, carry, price):
    forward = spot * math.exp((rate - carry) * tenor)
    found = fourier_price(model, np.array([strike / forward]), np.array([tenor]), np.array([True]))[0]
    assert forward * math.exp(-rate * tenor) * found == pytest.approx(price, rel=2e-11)


# S, K, T, intensity, share of the variance that is jumps, price. Haug (1998), The Complete Guide to Option Pricing
# Formulas, p. 9, with r .08, total vol .25 and jumps whose mean relative size is 0. Digits from the series of Black
# prices; the entry with intensity 10 is a misprint in the book, whose sum stops at 11 terms.
HAUG = [
    (100.0, 80.0, 0.1, 1.0, 0.5, 20.724212361890274),
    (100.0, 90.0, 0.5, 1.0, 0.75, 15.3010555373483),
    (100.0, 100.0, 0.25, 1.0, 0.25, 5.8753140277671574),
    (100.0, 100.0, 0.5, 10.0, 0.25, 9.0312765970807041),
    (100.0, 120.0, 0.1, 1.0, 0.75, 0.29229417376093761),
    (100.0, 120.0, 0.5, 5.0, 0.25, 2.2500231668442605),
]


def in_haugs_terms(vol, intensity, share):
    """Return the model of a total vol, of which jumps of mean relative size 0 have a share of the variance."""
    deviation = vol * math.sqrt(share / intensity)
    return Merton(vol * math.sqrt(1.0 - share), intensity, -0.5 * deviation**2, deviation)


@pytest.mark.parametrize(("spot", "strike", "tenor", "intensity", "share", "price"), HAUG)
def test_haugs_table_of_mertons_model(spot, strike, tenor, intensity, share, price):
    model = in_haugs_terms(0.25, intensity, share)
    forward = spot * math.exp(0.08 * tenor)
    found = fourier_price(model, np.array([strike / forward]), np.array([tenor]), np.array([True]))[0]
    assert spot * found == pytest.approx(price, rel=1e-10)


NAMED = {"sqrt": math.sqrt, "log": math.log, "exp": math.exp}


def number(value):
    """Return a number, or the value of an exact expression."""
    return eval(value.replace("^", "**"), {"__builtins__": {}}, NAMED) if isinstance(value, str) else value


def model_of(name, inputs):
    """Return the model of a reference row."""

    def take(names):
        return [inputs[one] for one in names.split()]

    if name == "heston":
        model = Heston(*take("v0 kappa theta sigma rho"))
    elif name == "bates":
        model = Bates(*take("v0 kappa theta sigma rho lam mu_j delta_j"))
    elif name == "svcj":
        mean = mean_log_jump(*take("mean_rel_jump sigma_s"), inputs["mu_v"] * inputs["rho_J"])
        model = SVCJ(*take("v0 kappa theta sigma rho lam"), mean, *take("sigma_s mu_v rho_J"))
    elif name == "kou":
        model = Kou(*take("sigma lam p eta1 eta2"))
    elif name == "variance_gamma":
        model = VarianceGamma(*take("sigma theta nu"))
    elif "mu_j" in inputs:
        model = Merton(*take("vol lam mu_j delta_j"))
    else:
        model = in_haugs_terms(*take("total_vol lam gamma"))
    return model


@pytest.mark.data
def test_every_reference_row_to_its_tolerance(real_data):
    path, count = real_data("../reference/pricing.csv"), 0
    wanted = {"heston": 47, "bates": 3, "svcj": 2, "kou": 2, "merton76": 11, "variance_gamma": 5}
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] in wanted and row["quantity"] == "price"]
    for row in rows:
        given = json.loads(row["inputs"])
        given.pop("conv", None)
        inputs = {name: value if name == "cp" else number(value) for name, value in given.items()}
        forward = inputs["S"] * math.exp((inputs["r"] - inputs["q"]) * inputs["T"])
        quote = np.array([inputs["K"] / forward]), np.array([inputs["T"]]), np.array([inputs["cp"] == "C"])
        found = fourier_price(model_of(row["model"], inputs), *quote)[0]
        found *= forward * math.exp(-inputs["r"] * inputs["T"])
        assert found == pytest.approx(float(row["value"]), rel=float(row["tol_rel_suggested"])), row["id"]
        count += 1
    assert count == sum(wanted.values())
