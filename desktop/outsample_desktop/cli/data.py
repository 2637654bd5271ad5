"""Data of a source, without Qt: the built-in ones, or files that are imported once and kept."""

import platformdirs

from outsample.datasets import OptionQuotes, Prices
from outsample_desktop.cli.progress import Progress
from outsample_desktop.cli.source import SAMPLE, SEPARATOR, SP500

__all__ = ["load_data"]


def load_data(source: str) -> OptionQuotes | Prices:
    """Return the data of a source: ``sample:``, ``sp500:``, or one or more files separated by newlines.

    Raises
    ------
    DataError
        They cannot be read.
    """
    cache = platformdirs.user_cache_path("outsample")
    if source == SP500:
        from outsample.sample import sp500_prices

        return sp500_prices()
    with Progress() as progress:
        if source == SAMPLE:
            from outsample.io import read_store
            from outsample.sample import ensure_sample

            return read_store(ensure_sample(cache / "sample", progress=progress).quotes).dataset
        from outsample.io import import_cached

        return import_cached(source.split(SEPARATOR), cache / "imports", progress=progress).dataset
