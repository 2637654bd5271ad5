"""First and second derivatives of Black-76 premiums, settled in the quote currency (linear) or in coin (inverse).

Units, throughout: of the premium, per unit of the forward, per 1.00 of vol, per year of calendar time. Theta, charm
and veta are derivatives to passing time, so theta of an option is usually negative. Everything is taken with the
forward held.

With ``s = vol sqrt(T)``, ``d1 = ln(F / K) / s + s / 2``, ``d2 = d1 - s``, the density ``n = n(d1)``, ``D = exp(-r T)``
and V the linear premium:

    gamma = D n / (F s)               vega  = D F n sqrt(T)            theta = r V - D F n vol / (2 sqrt(T))
    vanna = -D n d2 / vol             volga = vega d1 d2 / vol         rho   = -T V
    charm = r delta + D n d2 / (2 T)  veta  = r vega - vega (1 + d1 d2) / (2 T)

The premium of an inverse option is ``c = V / F`` coin at ``r = 0``. With the net delta ``delta - c`` (a call's is
``(K / F) N(d2)``, a put's ``-(K / F) N(-d2)``):

    dc/dF = net / F                   d2c/dF2 = (F gamma - 2 net) / F^2
    d2c/dF dvol = -n d1 / (vol F)     d2c/dF dt = n d1 / (2 T F)

and its vega, theta, volga and veta are those of V over F.

Domain: forward and strike above 0, tenor and vol not negative, all finite. Outside it, and for NaN, every answer is NaN
and nothing is warned of; numbers in place of arrays raise a `UsageError`. At ``vol sqrt(T) = 0`` price, deltas and vega
are their limits, the rest is 0 away from the forward and NaN at it.

References: Black (1976), J. Financial Economics 3, 167-179, doi:10.1016/0304-405X(76)90024-6; Haug (2007), The Complete
Guide to Option Pricing Formulas, 2nd ed., ch. 2; Wystup (2006), FX Options and Structured Products, section 1.2, for
the premium-adjusted delta, which is the net delta here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from outsample.formulas.aligned import aligned
from outsample.formulas.black_greeks_kernel import NORMALISED_GREEKS, normalised_greeks
from outsample.formulas.domains import ON_FORWARD
from outsample.formulas.refusals import Refusals, answered
from outsample.typing import Bools, Floats

__all__ = ["Greeks", "InverseGreeks", "greeks_by_name", "inverse_greeks", "linear_greeks"]


@dataclass(frozen=True, slots=True, eq=False)
class Greeks:
    """Premium of each option and its derivatives, in the unit in which the premium is paid.

    Parameters
    ----------
    price : (n,) array
        Premium.
    delta, gamma : (n,) array
        First and second derivative to the forward.
    vega, volga : (n,) array
        First and second derivative to vol, per 1.00.
    theta : (n,) array
        Derivative to passing time, a year; forward, vol and rate held.
    rho : (n,) array
        Derivative to the discount rate, per 1.00, forward held; 0 for a premium that is not discounted.
    vanna : (n,) array
        Of delta to vol, that is of vega to the forward.
    charm, veta : (n,) array
        Of delta and of vega to passing time.
    """

    price: Floats
    delta: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    rho: Floats
    vanna: Floats
    volga: Floats
    charm: Floats
    veta: Floats


@dataclass(frozen=True, slots=True, eq=False)
class InverseGreeks:
    """Greeks of a coin-settled option, its premium counted in coin and in quote currency.

    Parameters
    ----------
    net_delta : (n,) array
        Coins that hedge the option once its premium is held in coin: ``quote.delta - coin.price``. It is the forward
        times ``coin.delta``.
    coin : Greeks
        Of the premium in coin; ``coin.delta`` is in coin per unit of quote currency.
    quote : Greeks
        Of the premium times the forward; ``quote.delta`` is Black's delta, the one that venues publish.
    """

    net_delta: Floats
    coin: Greeks
    quote: Greeks


def linear_greeks(
    forward: Floats, strike: Floats, tenor: Floats, vol: Floats, is_call: Bools, rate: ArrayLike = 0.0
) -> Greeks:
    """Return the greeks of options settled in the quote currency, discounted at `rate`.

    Parameters
    ----------
    forward, strike : (n,) array
        Quote currency. All parameters broadcast together.
    tenor : (n,) array
        Years.
    vol : (n,) array
        Fraction a year.
    is_call : (n,) bool array
    rate : (n,) array, optional
        Continuously compounded, a year; zero where collateral earns nothing.

    Returns
    -------
    Greeks
        Quote currency. Prices and deltas are exact to 1e-14 of the larger of forward and strike.

    Examples
    --------
    >>> linear_greeks(np.array([105.0]), 100.0, 0.5, 0.36, True, rate=0.1).delta.round(4)
    array([0.5946])
    """
    shape, columns = aligned(forward, strike, tenor, vol, np.asarray(is_call, dtype=np.bool_), rate)
    level, years, rates = columns[0], columns[2], columns[5]
    greeks = greeks_by_name(*columns[:5])
    answered(greeks["price"], shape, lambda: _refusals(columns))
    with np.errstate(invalid="ignore", over="ignore"):
        discount = np.exp(-rates * years)
        price = discount * level * greeks["price"]
        delta = discount * greeks["delta"]
        vega = discount * level * greeks["vega"]
        found = {
            "price": price,
            "delta": delta,
            "gamma": discount * greeks["gamma"] / level,
            "vega": vega,
            "theta": rates * price + discount * level * greeks["theta"],
            "rho": -years * price,
            "vanna": discount * greeks["vanna"],
            "volga": discount * level * greeks["volga"],
            "charm": rates * delta + discount * greeks["charm"],
            "veta": rates * vega + discount * level * greeks["veta"],
        }
    return Greeks(**{name: column.reshape(shape) for name, column in found.items()})


def inverse_greeks(forward: Floats, strike: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> InverseGreeks:
    """Return the greeks of options settled in coin, whose premiums are not discounted.

    Parameters
    ----------
    forward, strike, tenor, vol, is_call : (n,) array
        As in `linear_greeks`.

    Returns
    -------
    InverseGreeks
        In coin, and in quote currency as if the premium were exchanged at the forward.

    Examples
    --------
    >>> greeks = inverse_greeks(np.array([60_000.0]), 66_000.0, 30 / 365, 0.55, True)
    >>> greeks.quote.delta.round(4), greeks.net_delta.round(4)
    (array([0.2996]), array([0.2719]))
    """
    shape, columns = aligned(forward, strike, tenor, vol, np.asarray(is_call, dtype=np.bool_))
    greeks = {name: row.reshape(shape) for name, row in greeks_by_name(*columns).items()}
    answered(greeks["price"], shape, lambda: _refusals(columns))
    level = columns[0].reshape(shape)
    with np.errstate(invalid="ignore", over="ignore"):
        free = 0.0 * greeks["price"]  # keeps NaN
        coin = Greeks(
            price=greeks["price"],
            delta=greeks["net_delta"] / level,
            gamma=(greeks["gamma"] - 2.0 * greeks["net_delta"]) / level / level,
            vega=greeks["vega"],
            theta=greeks["theta"],
            rho=free,
            vanna=(greeks["vanna"] - greeks["vega"]) / level,
            volga=greeks["volga"],
            charm=(greeks["charm"] - greeks["theta"]) / level,
            veta=greeks["veta"],
        )
        quote = Greeks(
            price=greeks["price"] * level,
            delta=greeks["delta"],
            gamma=greeks["gamma"] / level,
            vega=greeks["vega"] * level,
            theta=greeks["theta"] * level,
            rho=free,
            vanna=greeks["vanna"],
            volga=greeks["volga"] * level,
            charm=greeks["charm"],
            veta=greeks["veta"] * level,
        )
    return InverseGreeks(greeks["net_delta"], coin, quote)


def greeks_by_name(forward: Floats, strike: Floats, tenor: Floats, vol: Floats, is_call: Bools) -> dict[str, Floats]:
    """Return the (n,) rows of `NORMALISED_GREEKS`, fractions of the forward; NaN where it is not positive."""
    with np.errstate(all="ignore"):
        strike_ratio = np.where((forward > 0.0) & np.isfinite(forward), strike / forward, np.nan)
    rows = normalised_greeks(*aligned(strike_ratio, tenor, vol, is_call)[1])
    return dict(zip(NORMALISED_GREEKS, rows, strict=True))


def _refusals(columns: list[Floats]) -> Refusals:
    return ON_FORWARD.refusals(**dict(zip(ON_FORWARD.ranges, columns[:4], strict=True)))
