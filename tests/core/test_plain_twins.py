"""The public formulas on their twins: the same numbers, in a process that was told to, or can keep nothing."""

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from outsample.plain_twins import PLAIN_TWINS, twin_named

FORMULAS = """
import numpy as np
from outsample.calibration import CalibrationSettings, ChainQuotes, calibrate
from outsample.formulas import black, black_greeks
from outsample.formulas.fourier import Heston, Merton, fourier_price
from outsample.formulas.implied_vol import implied_vol

STRIKE = np.array([0.0, 0.7, 0.9, 1.0, 1.0, 1.1, 1.5, np.nan])
TENOR = np.array([0.5, 0.02, 0.5, 0.5, 0.0, 2.0, 0.1, 0.5])
VOL = np.array([0.3, 0.9, 0.4, 0.2, 0.2, 0.15, 0.6, 0.3])
IS_CALL = STRIKE > 0.95
HESTON = Heston(0.0175, 1.5768, 0.0398, 0.5751, -0.5711)

CHAIN = ChainQuotes.of_vols(np.linspace(0.8, 1.2, 9), 0.5, np.arange(9) > 4, 0.2 + 0.3 * np.linspace(-0.2, 0.2, 9) ** 2)

def results():
    price = black.black_price(STRIKE, TENOR, VOL, IS_CALL)
    greeks = black_greeks.inverse_greeks(60_000.0, 60_000.0 * STRIKE, TENOR, VOL, IS_CALL)
    found = {
        "price": price,
        "vol": implied_vol(price, STRIKE, TENOR, IS_CALL),
        "delta": black.call_delta(STRIKE, TENOR, VOL),
        "net delta": black.net_delta(STRIKE, TENOR, VOL, IS_CALL),
        "vega": black.black_vega(STRIKE, TENOR, VOL),
        "gamma": black.black_gamma(STRIKE, TENOR, VOL),
        "merton": calibrate(Merton, CHAIN, CalibrationSettings(starts=1, most_iterations=2)).values,
        "heston": fourier_price(HESTON, STRIKE[1:4], TENOR[1:4], IS_CALL[1:4]),
    }
    for name in ("gamma", "vega", "theta", "vanna", "volga", "charm", "veta"):
        found[f"coin {name}"] = getattr(greeks.coin, name)
    return {name: np.asarray(column).tolist() for name, column in found.items()}
"""
ASKED = """
import json
from outsample import compiled
from outsample.formulas import black_kernels
print(json.dumps(results() | {
    "is plain": compiled.IS_PLAIN,
    "is compiled": hasattr(black_kernels.price_loop, "signatures"),
    "problem": compiled.problem(),
    "where": compiled.where_kernels_are(),
}))
"""
NOWHERE = """
import json, tempfile
tempfile.tempdir = {blocked!r}
import numpy as np
from outsample import compiled
from outsample.formulas.black import black_price
from outsample.formulas.implied_vol import implied_vol
price = black_price(1.1, 30 / 365, 0.55, True)
print(json.dumps({{
    "price": float(price), "vol": float(implied_vol(price, 1.1, 30 / 365, True)),
    "compiled": sum(bool(one.signatures) for one in compiled.KERNELS.values()),
    "problem": compiled.problem(), "where": compiled.where_kernels_are(),
}}))
"""


def answered(code, **environment):
    """Return what a process of its own prints."""
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def named(path):
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


@pytest.mark.parametrize(("kernel", "twin"), PLAIN_TWINS.items())
def test_a_twin_is_called_like_its_kernel(kernel, twin):
    compiled = named(kernel)
    assert list(inspect.signature(compiled.py_func).parameters) == list(inspect.signature(named(twin)).parameters)


def test_the_public_formulas_give_the_same_numbers_on_the_twins():
    here = {}
    exec(FORMULAS, here)
    expected, found = here["results"](), answered(FORMULAS + ASKED, OUTSAMPLE_KERNELS="plain")
    assert found.pop("is plain")
    assert not found.pop("is compiled")
    assert found.pop("problem").startswith("fast formulas need to be asked for, found OUTSAMPLE_KERNELS=plain")
    assert found.pop("where").startswith("plain numpy where there is a twin")
    assert found.keys() == expected.keys()
    for name, column in found.items():
        accuracy = 1e-6 if name == "merton" else 1e-9  # a search stops a rounding earlier or later
        np.testing.assert_allclose(column, expected[name], rtol=accuracy, atol=1e-14, err_msg=name)


def test_where_nothing_can_be_kept_prices_come_from_the_twins_and_nothing_is_compiled(tmp_path):
    (tmp_path / "file").touch()
    blocked = str(tmp_path / "file" / "kernels")
    found = answered(NOWHERE.format(blocked=blocked), NUMBA_CACHE_DIR=blocked)
    assert found["price"] == pytest.approx(0.0276466516, rel=1e-8)  # Black-76 by hand: see `test_black`
    assert found["vol"] == pytest.approx(0.55, rel=1e-12)
    assert found["compiled"] == 0
    assert "prices come from the slower numpy formulas" in found["problem"]
    assert "not kept" in found["where"]
    assert blocked in found["where"]


def test_a_twin_is_imported_when_it_is_called_and_keeps_the_name_of_its_kernel():
    def square(x):
        """Return the square."""
        return x * x

    found = twin_named("math.fabs", square)
    assert found.__name__ == "square"
    assert found.__doc__ == square.__doc__
    assert found(-2.0) == 2.0
