"""The sample market on disk: made on first use, whole or not at all, and found again by its recipe."""

import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from outsample.errors import ExportError
from outsample.sample.market import GENERATOR, Cancelled, Progress, make_market
from outsample.sample.provenance import sample_reports
from outsample.sample.recipe import SampleRecipe

__all__ = ["SamplePaths", "ensure_sample", "sample_paths"]

UNFINISHED: Final = ".unfinished-sample-"
ABANDONED_AFTER: Final = 86_400.0  # seconds; a younger unfinished folder may belong to a running process


@dataclass(frozen=True, slots=True)
class SamplePaths:
    """Where one sample market is kept: two stores for `read_store`, and the JSON text of a `Truth`."""

    quotes: Path
    prices: Path
    truth: Path

    @property
    def exist(self) -> bool:
        """All parts are there."""
        return self.quotes.exists() and self.prices.exists() and self.truth.exists()


def sample_paths(cache_folder: Path, recipe: SampleRecipe | None = None) -> SamplePaths:
    """Return where the market of `recipe` is kept below `cache_folder`, made or not."""
    recipe = SampleRecipe() if recipe is None else recipe
    return _parts(cache_folder / f"sample-{GENERATOR}-{recipe.key[:16]}")


def ensure_sample(
    cache_folder: Path,
    recipe: SampleRecipe | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> SamplePaths:
    """Return the kept market of `recipe`, made now if it is not there yet.

    Parameters
    ----------
    cache_folder : Path
        Made if missing.
    recipe : SampleRecipe, optional
        The two-year market by default.
    progress : callable, optional
        Called with (share done, what is being done); the share rises to 1.
    cancelled : callable, optional
        Asked between the steps; when it returns True the making stops and leaves nothing.

    Raises
    ------
    SamplingCancelledError
        `cancelled` returned True.
    ExportError
        The folder cannot be written.
    """
    recipe = SampleRecipe() if recipe is None else recipe
    paths = sample_paths(cache_folder, recipe)
    report = progress or _silent
    if not paths.exist:
        try:
            cache_folder.mkdir(parents=True, exist_ok=True)
            _sweep(cache_folder)
            _make(paths, recipe, report, cancelled)
        except OSError as error:
            raise ExportError(
                f"the sample market needs a folder that can be written, {cache_folder} cannot be ({error}); "
                "free some space or choose another cache folder"
            ) from error
    report(1.0, "done")
    return paths


def _make(paths: SamplePaths, recipe: SampleRecipe, report: Progress, cancelled: Cancelled | None) -> None:
    from outsample.io.store import write_store

    final = paths.truth.parent
    unfinished = Path(tempfile.mkdtemp(dir=final.parent, prefix=UNFINISHED))
    try:
        begin = time.perf_counter()
        market = make_market(recipe, lambda share, what: report(0.7 * share, what), cancelled)
        of_quotes, of_prices = sample_reports(market, recipe, time.perf_counter() - begin)
        report(0.85, "writing")
        parts = _parts(unfinished)
        write_store(market.prices, of_prices, parts.prices)
        write_store(market.quotes, of_quotes, parts.quotes)
        parts.truth.write_text(market.truth.to_json(), encoding="utf-8")
        report(0.99, "writing")
        if final.exists() and not paths.exist:
            shutil.rmtree(final)  # a part was deleted by hand: the whole is made again
        with suppress(OSError):  # another process may have finished the same market first: then its copy stands
            unfinished.replace(final)
        if not paths.exist:
            raise OSError(f"{final.name} could not be put in place")
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _silent(share: float, what: str) -> None:
    """Report no progress."""


def _parts(folder: Path) -> SamplePaths:
    return SamplePaths(folder / "quotes.arrow", folder / "prices.arrow", folder / "truth.json")


def _sweep(cache_folder: Path) -> None:
    """Remove what a killed process left unfinished long ago."""
    for folder in cache_folder.glob(UNFINISHED + "*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(folder, ignore_errors=True)
