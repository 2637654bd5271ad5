"""What exists, one line each, in columns."""

from argparse import Namespace
from collections.abc import Sequence

__all__ = ["models", "scores", "vendors"]


def models(_: Namespace) -> int:
    """Print the models of the catalogue."""
    from outsample.catalog import MODELS

    rows = [
        (found.name, found.kind.value, f"against {found.benchmark}" if found.benchmark else "benchmark", found.summary)
        for found in MODELS
    ]
    return _print(rows)


def scores(_: Namespace) -> int:
    """Print the scores of the catalogue."""
    from outsample.catalog import SCORES

    return _print([(found.score.name, found.kind.value, found.title) for found in SCORES])


def vendors(_: Namespace) -> int:
    """Print the forms of files that have a reader."""
    from outsample.io.vendor import Vendor

    return _print([(vendor.value, vendor.line) for vendor in Vendor])


def _print(rows: Sequence[tuple[str, ...]]) -> int:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    return 0
