"""The numbers of DEFINITIONS.md once more, by plain loops: nothing here imports a formula of the application.

Slow and simple on purpose. Vols come from bisection, normal probabilities from `math.erfc`, sums from Python loops.
"""

import math
from collections import defaultdict

import numpy as np
from scipy.special import ndtr
from scipy.stats import t as student

DAY_NS = 86_400 * 10**9
YEAR_NS = 365 * DAY_NS
X_EDGES = (-2.0, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 2.0)
TENOR_EDGES = (2, 7, 14, 30, 60, 90, 180)
DELTA_EDGES = (0.95, 0.85, 0.75, 0.60, 0.40, 0.25, 0.15, 0.05)
NOTHING = float("nan")


def black(ratio, tenor, vol, is_call):
    """Undiscounted Black-76 price over the forward, elementwise."""
    root = vol * np.sqrt(tenor)
    d1 = -np.log(ratio) / root + 0.5 * root
    d2 = d1 - root
    return np.where(is_call, ndtr(d1) - ratio * ndtr(d2), ratio * ndtr(-d2) - ndtr(-d1))


def bisected_vols(price, ratio, tenor, is_call):
    """Vols by 200 halvings of [1e-9, 100]; NaN at or outside the bounds of the price."""
    intrinsic = np.where(is_call, np.maximum(1.0 - ratio, 0.0), np.maximum(ratio - 1.0, 0.0))
    bound = np.where(is_call, 1.0, ratio)
    low, high = np.full(price.size, 1e-9), np.full(price.size, 100.0)
    for _ in range(200):
        middle = 0.5 * (low + high)
        below = black(ratio, tenor, middle, is_call) < price
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where((price > intrinsic) & (price < bound), 0.5 * (low + high), np.nan)


class Quote:
    """One observation."""

    __slots__ = ("ask", "bid", "cell", "expiry", "forward", "half", "is_call", "k", "premium", "row", "strike", "tenor")
    __slots__ += ("time", "vol", "x")


class BruteMarket:
    """Observations, surfaces and cells of an option history."""

    def __init__(self, quotes, mark=False, by_delta=False):
        self.inverse = quotes.settlement.value == "inverse"
        self.reasons = defaultdict(int)
        self.quotes = self._observations(quotes, mark)
        self.times = sorted({int(t) for t in quotes.time})
        self.slices = defaultdict(list)
        for quote in self.quotes:
            self.slices[quote.time, quote.expiry].append(quote)
        self.atm = {key: at_the_money(members) for key, members in self.slices.items()}
        for quote in self.quotes:
            quote.x = quote.k / (self.atm[quote.time, quote.expiry] * math.sqrt(quote.tenor))
            quote.cell = cell_of(quote, by_delta)
        self.surfaces = self._surfaces()

    def _observations(self, quotes, mark):
        candidates = [quote for quote in quotes_of(quotes, mark) if self._passes(quote, mark)]
        k, tenor, forward, premium, is_call = (
            np.array([getattr(q, name) for q in candidates]) for name in ("k", "tenor", "forward", "premium", "is_call")
        )
        vols = bisected_vols(premium if self.inverse else premium / forward, np.exp(k), tenor, is_call)
        kept = []
        for quote, vol in zip(candidates, vols.tolist(), strict=True):
            quote.vol = vol
            if not math.isfinite(vol):
                self.reasons["OUT_OF_BOUNDS"] += 1
            elif (call_delta(quote) > 0.5) if quote.is_call else (call_delta(quote) < 0.5):
                self.reasons["IN_THE_MONEY"] += 1
            else:
                kept.append(quote)
        return kept

    def _passes(self, quote, mark):
        """Whether a quote passes what can be asked before its vol is known; counts the first reason against it."""
        bid, ask = quote.bid, quote.ask
        questions = (
            ("ONE_SIDED", lambda: not (bid > 0 and ask > 0)),
            ("CROSSED", lambda: ask < bid),
            ("WIDE", lambda: round((ask - bid) / ((bid + ask) / 2), 9) > 0.5),
            ("SHORT", lambda: quote.expiry - quote.time < DAY_NS),
            ("NO_FORWARD", lambda: not quote.forward > 0),
            ("NO_MARK", lambda: mark and not math.isfinite(quote.premium)),
        )
        for reason, applies in questions:
            if applies():
                self.reasons[reason] += 1
                return False
        return True

    def _surfaces(self):
        """Return {time: [(tenor, at-the-money vol, [(x, total variance), ...]), ...]} ascending in tenor."""
        found = defaultdict(list)
        for (time, _), members in sorted(self.slices.items()):
            knots = defaultdict(list)
            for quote in members:
                knots[quote.x].append(quote.vol**2 * quote.tenor)
            averaged = [(x, sum(ws) / len(ws)) for x, ws in sorted(knots.items())]
            found[time].append((members[0].tenor, self.atm[time, members[0].expiry], averaged))
        return found

    # --- Models ---

    def rolling_surface(self, oldest_days=7.0):
        """The last surface strictly before each time, no older than 7 days."""
        out, last = [], {}
        before = None
        for time in self.times:
            last[time] = before
            if time in self.surfaces:
                before = time
        for quote in self.quotes:
            at = last[quote.time]
            usable = at is not None and quote.time - at <= oldest_days * DAY_NS
            out.append(surface_vol(self.surfaces[at], quote) if usable else NOTHING)
        return np.array(out)

    def frozen_surface(self, train):
        """The last surface of the train window; at its own time the one before it in the window."""
        inside = [time for time in sorted(self.surfaces) if train[0] <= time < train[1]]
        last, before = inside[-1], inside[-2] if len(inside) > 1 else None
        out = []
        for quote in self.quotes:
            at = before if quote.time == last else last
            out.append(NOTHING if at is None else surface_vol(self.surfaces[at], quote))
        return np.array(out)

    def smile(self, kind, window, vega=False):
        """Coefficients of a practitioner smile on a window, and its mean forward; None where it holds too little."""
        members = [q for q in self.quotes if window[0] <= q.time < window[1]]
        size = {"flat": 1, "absolute": 5, "relative": 6}[kind]
        if len(members) < 10 * size:
            return None
        mean_forward = math.fsum(q.forward for q in members) / len(members)
        rows = np.array([regressors(kind, q, mean_forward) for q in members])
        vols = np.array([q.vol for q in members])
        weight = np.array([vega_of(q) if vega else 1.0 for q in members])
        gram = (rows * weight[:, None]).T @ rows
        gram = gram + 1e-10 * np.trace(gram) * np.eye(size)
        return np.linalg.solve(gram, (rows * weight[:, None]).T @ vols), mean_forward

    def smile_vols(self, kind, fit):
        """Vols of a smile for every observation, not below .01."""
        coefficients, mean_forward = fit
        return np.array([max(0.01, float(regressors(kind, q, mean_forward) @ coefficients)) for q in self.quotes])

    def refitted_smile(self, kind, start, length, at_times):
        """Vols with parameters refitted before each of `at_times`; NaN elsewhere and where there is too little.

        `length` is a number of times; without it the window begins at `start`.
        """
        place = {t: i for i, t in enumerate(self.times)}
        begin = {t: start if length is None else self.times[max(0, place[t] - length)] for t in at_times}
        fits = {t: self.smile(kind, (begin[t], t)) for t in at_times}
        out = []
        for quote in self.quotes:
            fit = fits.get(quote.time)
            value = NOTHING if fit is None else max(0.01, float(regressors(kind, quote, fit[1]) @ fit[0]))
            out.append(value)
        return np.array(out)

    # --- Losses ---

    def errors(self, vols, unit):
        """Signed error of every observation in a unit; NaN where there is none."""
        ratio, tenor, forward, premium, half, observed = (
            np.array([getattr(q, name) for q in self.quotes])
            for name in ("k", "tenor", "forward", "premium", "half", "vol")
        )
        if unit == "vol points":
            return 100.0 * (vols - observed)
        price = black(np.exp(ratio), tenor, vols, np.array([q.is_call for q in self.quotes]))
        error = (price if self.inverse else price * forward) - premium
        if unit == "price":
            return error * forward if self.inverse else error
        if unit == "coin":
            return error if self.inverse else error / forward
        if unit == "percent":
            return 100.0 * error / premium
        out = np.full(error.size, NOTHING)
        for i, width in enumerate(half.tolist()):
            if width > 0:
                out[i] = error[i] / width
        return out

    def composition(self, counted, train):
        """Share of each cell in the counted train quotes."""
        count = defaultdict(int)
        for quote, counts in zip(self.quotes, counted, strict=True):
            if counts and train[0] <= quote.time < train[1]:
                count[quote.cell] += 1
        total = sum(count.values())
        return {cell: n / total for cell, n in count.items()}

    def per_time(self, losses, counted, weights):
        """L_t of every time: {time: loss}; `weights` None is the raw mean."""
        sums = defaultdict(lambda: defaultdict(list))
        for quote, loss, counts in zip(self.quotes, losses.tolist(), counted, strict=True):
            if counts:
                sums[quote.time][quote.cell].append(loss)
        out = {}
        for time in self.times:
            cells = sums.get(time, {})
            if weights is None:
                flat = [loss for members in cells.values() for loss in members]
                out[time] = math.fsum(flat) / len(flat) if flat else NOTHING
                continue
            covered = math.fsum(weights.get(cell, 0.0) for cell in cells)
            total = math.fsum(weights.get(c, 0.0) * math.fsum(m) / len(m) for c, m in cells.items())
            out[time] = total / covered if covered > 0 else NOTHING
        return out

    def by_cell(self, losses, counted, window):
        """{cell: (count, mean)} in a window."""
        members = defaultdict(list)
        for quote, loss, counts in zip(self.quotes, losses.tolist(), counted, strict=True):
            if counts and window[0] <= quote.time < window[1]:
                members[quote.cell].append(loss)
        return {cell: (len(found), math.fsum(found) / len(found)) for cell, found in members.items()}


def quotes_of(history, mark):
    """Yield every row of an option history."""
    names = ("time", "expiry", "strike", "is_call", "forward", "bid", "ask")
    columns = [getattr(history, name).tolist() for name in (*names, "mark")]
    for row, (*values, marked) in enumerate(zip(*columns, strict=True)):
        quote = Quote()
        quote.row = row
        for name, value in zip(names, values, strict=True):
            setattr(quote, name, value)
        quote.half = (quote.ask - quote.bid) / 2
        quote.premium = marked if mark else (quote.bid + quote.ask) / 2
        quote.tenor = (quote.expiry - quote.time) / YEAR_NS
        quote.k = math.log(quote.strike / quote.forward) if quote.forward > 0 else NOTHING
        yield quote


def at_the_money(members):
    """Vol at K = F: linear between the nearest strikes, flat if all lie on one side."""
    ordered = sorted(members, key=lambda q: q.k)
    below = [q for q in ordered if q.k <= 0]
    above = [q for q in ordered if q.k > 0]
    if not above:
        return below[-1].vol
    if not below:
        return above[0].vol
    left, right = below[-1], above[0]
    return left.vol + (right.vol - left.vol) * (0.0 - left.k) / (right.k - left.k)


def call_delta(quote):
    """Forward delta of the call at the quote's own vol."""
    root = quote.vol * math.sqrt(quote.tenor)
    return 0.5 * math.erfc(-(-quote.k / root + 0.5 * root) / math.sqrt(2.0))


def vega_of(quote):
    """Black vega over the forward at the quote's own vol."""
    root = quote.vol * math.sqrt(quote.tenor)
    d1 = -quote.k / root + 0.5 * root
    return math.exp(-0.5 * d1 * d1) / math.sqrt(2.0 * math.pi) * math.sqrt(quote.tenor)


def cell_of(quote, by_delta):
    """Row-major by tenor, columns from low to high strike."""
    if by_delta:
        column = sum(call_delta(quote) <= edge for edge in DELTA_EDGES)
    else:
        column = sum(quote.x >= edge for edge in X_EDGES)
    row = sum((quote.expiry - quote.time) >= days * DAY_NS for days in TENOR_EDGES)
    return row * 9 + column


def regressors(kind, quote, mean_forward):
    """One row of the design."""
    if kind == "flat":
        return np.array([1.0])
    tenor, root = quote.tenor, math.sqrt(quote.tenor)
    if kind == "absolute":
        u = quote.strike / mean_forward
        return np.array([1.0, u, u * u, tenor, tenor * u])
    m = quote.k / root
    return np.array([1.0, m, m * m, root, tenor, quote.k])


def variance_at(knots, x):
    """Total variance linear between knots, flat outside."""
    if x <= knots[0][0]:
        return knots[0][1]
    if x >= knots[-1][0]:
        return knots[-1][1]
    for (x0, w0), (x1, w1) in zip(knots[:-1], knots[1:], strict=True):
        if x0 <= x <= x1:
            return w0 + (w1 - w0) * (x - x0) / (x1 - x0)
    raise AssertionError


def surface_vol(surface, quote):
    """Total variance linear in T at constant x, flat vol outside the tenors; x by the surface's own level at T."""
    tenor = quote.tenor
    shorter = [s for s in surface if s[0] <= tenor]
    longer = [s for s in surface if s[0] > tenor]
    if not shorter or not longer:
        nearest = shorter[-1] if shorter else longer[0]
        x = quote.k / (nearest[1] * math.sqrt(tenor))
        return math.sqrt(variance_at(nearest[2], x) / nearest[0])
    (t0, s0, k0), (t1, s1, k1) = shorter[-1], longer[0]
    share = (tenor - t0) / (t1 - t0)
    level = (1 - share) * s0 * s0 * t0 + share * s1 * s1 * t1
    x = quote.k / math.sqrt(level)
    w = (1 - share) * variance_at(k0, x) + share * variance_at(k1, x)
    return math.sqrt(w / tenor)


# --- Inference, with the cosines written out ---


class BruteLongRun:
    """Equal-weighted cosine estimator."""

    def __init__(self, values):
        n = self.n = len(values)
        self.mean = math.fsum(values) / n
        self.dof = max(1, math.floor(0.4 * n ** (2 / 3) + 1e-9))
        parts = []
        for j in range(1, self.dof + 1):
            cosines = (v * math.cos(math.pi * j * (i + 0.5) / n) for i, v in enumerate(values))
            parts.append((math.sqrt(2.0 / n) * math.fsum(cosines)) ** 2)
        self.omega2 = math.fsum(parts) / self.dof
        self.gamma0 = math.fsum((v - self.mean) ** 2 for v in values) / n
        self.n_eff = n * self.gamma0 / self.omega2
        self.error2 = self.omega2 / n


def delta_of(train, test):
    """Delta = mean test d - mean train d with its interval, bounds and detectable effect."""
    before, after = BruteLongRun(train), BruteLongRun(test)
    estimate, error2 = after.mean - before.mean, before.error2 + after.error2
    dof = error2**2 / (before.error2**2 / before.dof + after.error2**2 / after.dof)
    return summary(estimate, math.sqrt(error2), dof) | {"n_eff_train": before.n_eff, "n_eff_test": after.n_eff}


def summary(estimate, error, dof):
    """Interval, bounds, p and detectable effect of an estimate."""
    return {
        "delta": estimate,
        "low": estimate - student.ppf(0.975, dof) * error,
        "high": estimate + student.ppf(0.975, dof) * error,
        "lower_bound": estimate - student.ppf(0.95, dof) * error,
        "upper_bound": estimate + student.ppf(0.95, dof) * error,
        "p_value": 2.0 * student.sf(abs(estimate) / error, dof),
        "minimum_detectable": (student.ppf(0.95, dof) + student.ppf(0.8, dof)) * error,
    }


def decay_buckets(series, train_stop, window):
    """[(from, to, values)]: one day each to day 14, then seven, from the first that holds anything."""
    found = defaultdict(list)
    for time, value in series.items():
        if window[0] <= time < window[1] and math.isfinite(value):
            days = (time - train_stop) / DAY_NS
            low = math.floor(days) if days < 14 else 14 + 7 * math.floor((days - 14) / 7)
            found[low].append(value)
    return [(low, low + (1 if low < 14 else 7), values) for low, values in sorted(found.items())]
