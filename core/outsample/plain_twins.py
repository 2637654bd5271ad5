"""Which pricing kernels have a twin in plain numpy, and how it is called.

Machine code that cannot be kept is compiled anew in every process. Where nothing at all can be kept, prices, losses of
prices, greeks, implied vols and cosine series come from their twins, at once; kernels without a twin are compiled when
they are used.
"""

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

__all__ = ["PLAIN_TWINS", "twin_named"]

_FORMULAS: Final = "outsample.formulas"

# Kernel -> twin of the same signature. Twins of the exponents are left out: they cancel at small vol of vol.
PLAIN_TWINS: Final = {
    f"{_FORMULAS}.black_kernels.price_loop": f"{_FORMULAS}.black_plain.price_plain",
    f"{_FORMULAS}.black_kernels.delta_loop": f"{_FORMULAS}.black_plain.delta_plain",
    f"{_FORMULAS}.black_kernels.net_delta_loop": f"{_FORMULAS}.black_plain.net_delta_plain",
    f"{_FORMULAS}.black_kernels.vega_loop": f"{_FORMULAS}.black_plain.vega_plain",
    f"{_FORMULAS}.black_kernels.gamma_loop": f"{_FORMULAS}.black_plain.gamma_plain",
    f"{_FORMULAS}.black_greeks_kernel.fill_premiums": f"{_FORMULAS}.greek_rows_plain.fill_premiums_plain",
    f"{_FORMULAS}.black_greeks_kernel.fill_vol_greeks": f"{_FORMULAS}.greek_rows_plain.fill_vol_greeks_plain",
    f"{_FORMULAS}.black_greeks_kernel.fill_delta_decay": f"{_FORMULAS}.greek_rows_plain.fill_delta_decay_plain",
    f"{_FORMULAS}.implied_vol_kernel.implied_vol_loop": f"{_FORMULAS}.implied_vol_plain.implied_vol_plain",
    f"{_FORMULAS}.fourier.cosine.cosine_weights": f"{_FORMULAS}.fourier.plain.cosine_weights_plain",
    f"{_FORMULAS}.fourier.cosine.weighted_puts": f"{_FORMULAS}.fourier.plain.weighted_puts_plain",
    "outsample.study.loss_kernels.tabulate_repriced": "outsample.study.loss_kernels_plain.tabulate_repriced_plain",
}


def twin_named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes like the function called `name`, which is imported when it is first called."""

    @functools.wraps(function)
    def plain(*arguments: Any) -> Any:
        return _found(name)(*arguments)

    return plain


@functools.cache
def _found(name: str) -> Callable[..., Any]:
    module, _, attribute = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found
