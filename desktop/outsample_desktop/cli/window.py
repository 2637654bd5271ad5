"""The commands that open the application: the only ones, with pictures, that import Qt."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from outsample.errors import DataError, UsageError
from outsample_desktop.sources import BUILT_IN, absolute, is_file

__all__ = ["open_window", "self_test"]


def open_window(arguments: Namespace) -> int:
    """Open the application with a case, a picture or data, or with what it opens first."""
    files = [absolute(name) for name in arguments.files]
    for name in files:
        if name not in BUILT_IN and not is_file(Path(name)):
            raise DataError(f"a file is required, found nothing to open at {name[:200]}; check the name")
    _require_display()
    from outsample_desktop.app import run

    return run(files, trace_startup=arguments.trace_startup)


def self_test(_: Namespace) -> int:
    """Open and export every room without a screen, and say how formulas are computed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from outsample.compiled import where_kernels_are
    from outsample_desktop.app import self_test as test

    code = int(test())
    print(f"formulas: {where_kernels_are()}")
    return code


def _require_display() -> None:
    """Raise UsageError where a window cannot be shown: Qt itself would abort the process."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError(
            "a window needs a display, found neither DISPLAY nor WAYLAND_DISPLAY; "
            "use `outsample report` or `outsample evaluate`, which need none"
        )
