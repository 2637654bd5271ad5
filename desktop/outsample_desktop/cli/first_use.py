"""What a command that computes says beforehand: that a first use compiles, or that nothing compiled can be kept."""

import sys

from outsample.compiled import CACHE, problem

__all__ = ["first_use_note"]


def first_use_note() -> str:
    """Return one line; empty where all is well, and where a mere delay would be told to nobody who looks."""
    if problem():
        return f"warning: {problem()}"
    if CACHE.is_empty and sys.stderr is not None and sys.stderr.isatty():
        return f"first use: compiling formulas takes some seconds, once for this version; kept in {CACHE.folder}"
    return ""
