"""Which glossary entries explain a word on screen: the label of a figure, a column, a choice, a pane.

Only keys stand here; what they mean stands in the glossary alone.
"""

from collections.abc import Iterable
from functools import cache
from html import escape
from typing import Final

from outsample_resources import entry_of, glossary

__all__ = ["alias_of", "entries_found", "pane_entries", "tip", "words_explained"]

_LABELS: Final[dict[str, tuple[str, ...]]] = {
    # verdict sheet
    "limit, headroom": ("headroom", "limit"),
    "nominal p": ("p-value",),
    "detectable (80 %)": ("minimum detectable effect", "power"),
    "times, effective": ("effective number of observations", "unit of inference"),
    # columns of the models
    "model": ("champion and challenger",),
    "in sample": ("in-sample",),
    "out of sample": ("out-of-sample",),
    "out / in": ("out-of-sample over in-sample ratio",),
    "bias out": ("bias",),
    "vs benchmark": ("Delta", "benchmark"),
    "p nominal": ("p-value",),
    "n eff": ("effective number of observations",),
    "refused": ("not predicted",),
    # choices
    "anchored": ("anchored scheme",),
    "rolling": ("rolling scheme",),
    "free": ("free scheme",),
    "cells as in train": ("train composition",),
    "every quote alike": ("raw composition",),
    "venue mark": ("mark price",),
    "regimes: many": ("penalty",),
    "regimes: default": ("penalty",),
    "regimes: few": ("penalty",),
    "relative to benchmark": ("contrast", "benchmark"),
    "test": ("test window",),
    "train": ("train window",),
    "test − train": ("test window", "train window"),
    "size of error": ("loss",),
    "moneyness": ("standardised moneyness",),
    "delta": ("call-equivalent delta",),
    "no second loss": ("calibration loss",),
    "2 states": ("hidden Markov model", "jump model"),
    "3 states": ("hidden Markov model", "jump model"),
    "4 states": ("hidden Markov model", "jump model"),
    "hidden markov model with heavy tails": ("hidden Markov model", "tail index"),
    "stochastic rates": ("short rate",),
    "american": ("American option", "early exercise"),
    # losses and their units
    "beside it: implied vol": ("implied vol",),
    "price": ("repricing",),
    "beside it: price": ("repricing",),
    "price over vega": ("vega",),
    "beside it: price over vega": ("vega",),
    "mean absolute": ("mean absolute error",),
    "pinball": ("pinball loss",),
    "var 99 %": ("value at risk",),
    "vol pts": ("vol points",),
    "half-spreads": ("half-spread",),
    # arbitrage, filters and book
    "kind": ("arbitrage",),
    "by kind": ("arbitrage",),
    "crossed": ("crossed quote",),
    "lower bound": ("intrinsic value",),
    "upper bound": ("premium bounds",),
    "vertical": ("vertical spread",),
    "on mids": ("mid", "arbitrage"),
    "size on mids": ("mid", "arbitrage"),
    "size executable": ("executable",),
    "times with executable": ("executable",),
    "median executable": ("executable",),
    "largest executable": ("executable",),
    "forwards apart": ("forward", "box"),
    "how long they last": ("arbitrage episode",),
    "snapshots": ("arbitrage episode",),
    "by time": ("arbitrage",),
    "filter": ("filter waterfall",),
    "applied": ("filter waterfall", "weight 0"),
    "by model": ("book",),
    "by cell": ("cell", "book"),
    "by position": ("book",),
    "through time": ("book",),
    "rmse": ("RMSE",),
    "mean gross error": ("gross error",),
    "largest error": ("book",),
    "net vega": ("vega", "book"),
    "gross vega": ("vega", "book"),
    "share of gross vega": ("vega", "book"),
    "mean vega": ("vega", "book"),
    "net delta": ("net delta",),
}
_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "quotes": ("cell", "weight 0"),
    "parameters": ("standard error", "at bound"),
    "regimes": ("regime", "change points"),
    "data": ("import report", "filter waterfall"),
    "arbitrage": ("arbitrage", "executable", "butterfly", "calendar", "box", "parity"),
    "filters": ("filter waterfall", "weight 0"),
    "book": ("book", "gross error", "vega"),
    "calibration-parameters": ("pooled estimate", "standard error", "at bound", "calibration loss"),
    "calibration-days": ("calibration tape", "calibration"),
    "calibration-quotes": ("smile", "slice", "implied vol"),
    "calibration-correlations": ("correlation of the estimates", "pooled estimate"),
    "states": ("regime", "expected duration", "unseen regime"),
    "break-tests": ("sup-F test", "CUSUM test", "Bai-Perron"),
    "marked": ("regime", "filtered label"),
    "breakdown": ("breakdown test", "Diebold-Mariano test", "Giacomini-White test", "overfitting correction"),
    "assumptions": ("assumptions of Black and Scholes", "effect size", "false discovery rate", "cost in vol points"),
}
_PANES: Final[dict[str, tuple[str, ...]]] = {
    "timeline": ("boundary", "regime", "loss per time"),
    "verdict": ("verdict", "limit"),
    "decay": ("decay", "hatched band"),
    "surface": ("error surface", "cell"),
    "smile": ("smile", "slice"),
    "forecast": ("forecast",),
    "term": ("term structure",),
    "models": ("benchmark", "common quotes"),
    "paths": ("calibration tape", "pooled estimate", "at bound", "Feller condition"),
    "quality": ("RMSE", "calibration", "at bound"),
    "calibration-smile": ("smile", "pooled estimate", "slice"),
    "correlation": ("correlation of the estimates", "pooled estimate", "standard error"),
    "volatility": ("regime", "filtered label", "annualised volatility"),
    "penalty-path": ("penalty path", "penalty", "change points"),
    "regime-losses": ("loss by regime", "regime"),
    "transitions": ("transition matrix", "expected duration"),
    "horizon": ("decay", "hatched band"),
    "staleness": ("staleness", "half-life", "hatched band"),
    "recalibration": ("recalibration cost", "staleness"),
    "triangle": ("triangle", "vintage", "age and period effects"),
    "gap": ("gap", "optimism", "regime mix", "within-regime change", "unseen state"),
    "fluctuation": ("fluctuation test", "contrast"),
    "assumption-costs": ("cost in vol points", "assumptions of Black and Scholes"),
    "return-quantiles": ("tail index", "Anderson-Darling test"),
    "realised-implied": ("variance risk premium", "implied vol"),
}
_PRICE_PANES: Final[dict[str, tuple[str, ...]]] = {"surface": ("loss by regime", "regime")}


def words_explained(label: str) -> tuple[str, ...]:
    """Return the glossary entries for a label as it stands on screen, the most telling first.

    A unit in brackets and the parts between commas count as words of their own; words without an entry are left out.

    >>> words_explained("Price, mean absolute [half-spreads]")
    ('mean absolute error', 'half-spread')
    """
    words, _, unit = label.removesuffix("]").partition(" [")
    parts = _entries(words) or [entry for part in reversed(words.split(", ")) for entry in _entries(part)]
    return tuple(dict.fromkeys([*parts[:1], *_entries(unit), *parts[1:]]))


def pane_entries(pane: str, is_options: bool) -> tuple[str, ...]:
    """Return what a pane or a table is called in the glossary, followed by what else is seen in it.

    Parameters
    ----------
    pane : str
        As `Page.panes` and `OverviewRoom.tables` name it.
    is_options : bool
        The data are option quotes; else prices.
    """
    found = {**_TABLES, **_PANES, **({} if is_options else _PRICE_PANES)}
    return found[pane]


@cache
def alias_of(entry: str) -> tuple[str, ...]:
    """Return the labels on screen that lead to an entry before all others, for a search by what one reads there."""
    return tuple(label for label, entries in _LABELS.items() if entries[0] == entry)


def entries_found(typed: str) -> tuple[str, ...]:
    """Return the glossary entries with every typed word.

    First those that a label on screen leads to which is just what was typed, then by name, then by other labels or by
    their text. Hyphens and underscores count as spaces.
    """
    words = _plain(typed).split()
    by_label: list[str] = []
    by_name: list[str] = []
    by_text: list[str] = []
    for entry, text in glossary().items():
        if " ".join(words) in map(_plain, alias_of(entry)):
            by_label.append(entry)
        elif all(word in _plain(entry) for word in words):
            by_name.append(entry)
        elif all(word in _plain(" ".join((entry, *alias_of(entry), text))) for word in words):
            by_text.append(entry)
    return (*by_label, *by_name, *by_text)


def tip(entries: Iterable[str]) -> str:
    """Return the glossary text of some entries as a tool tip; nothing for none."""
    texts = glossary()
    return "".join(f"<p><b>{escape(entry)}</b>: {escape(texts[entry])}</p>" for entry in entries)


def _entries(word: str) -> list[str]:
    known = _LABELS.get(word.casefold())
    if known is not None:
        return list(known)
    entry = entry_of(word)
    return [entry] if entry in glossary() else []


def _plain(text: str) -> str:
    return text.casefold().replace("-", " ").replace("_", " ")
