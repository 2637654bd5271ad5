"""Tapes on disk: one file each in the user's cache folder, named by everything that its content depends on.

The name is made of the data's fingerprint, what is observed of them (target and filters), the model, the settings and
the version of the engine, so an answer is never served to another question. The same facts stand inside the file. A
file that is damaged, cut short or not ours counts as none: a tape can always be built again.
"""

import hashlib
import json
import zipfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import platformdirs

from outsample import __version__
from outsample.calibration.bounds import parameter_names
from outsample.calibration.settings import CalibrationSettings
from outsample.calibration.tape import STATUSES, CalibrationTape
from outsample.calibration.tape_anchors import Anchors
from outsample.datasets import OptionQuotes
from outsample.errors import ExportError
from outsample.formulas.fourier import TransformModel
from outsample.io.safe_write import replacing

__all__ = ["TAPE_FORMAT", "load_tape", "save_tape", "tape_folder", "tape_path"]

TAPE_FORMAT: Final = 1
IDENTITY: Final = "identity"
OF_ANCHORS: Final = "anchors_"
COLUMNS: Final = tuple(
    one.name for one in fields(CalibrationTape) if one.name not in ("kind", "settings", "times", "anchors")
)
ANCHORED: Final = tuple(one.name for one in fields(Anchors))


def tape_folder() -> Path:
    """Return where tapes are kept: beside what was imported, in the user's cache folder."""
    return platformdirs.user_cache_path("outsample") / "tapes"


def tape_path(
    data: OptionQuotes, kind: type[TransformModel], settings: CalibrationSettings, folder: Path | None = None
) -> Path:
    """Return the file in which a tape is, or would be."""
    key = hashlib.sha256(_identity(data, kind, settings).encode()).hexdigest()[:32]
    return (folder or tape_folder()) / f"{kind.__name__.lower()}-{key}.npz"


def save_tape(data: OptionQuotes, tape: CalibrationTape, folder: Path | None = None) -> Path:
    """Write the tape of a data set, whole or not at all, and return where.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    path = tape_path(data, tape.kind, tape.settings, folder)
    columns: dict[str, Any] = {name: getattr(tape, name) for name in COLUMNS}
    if tape.anchors is not None:
        columns |= {OF_ANCHORS + name: getattr(tape.anchors, name) for name in ANCHORED}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"the folder of calibrations {path.parent} must exist, found: {error.strerror or error}; "
            "free some space or mend its permissions"
        ) from error
    identity = np.frombuffer(_identity(data, tape.kind, tape.settings).encode(), dtype=np.uint8)
    with replacing(path) as stream:
        np.savez(stream, allow_pickle=False, **{IDENTITY: identity}, **columns)
    return path


def load_tape(
    data: OptionQuotes, kind: type[TransformModel], settings: CalibrationSettings, folder: Path | None = None
) -> CalibrationTape | None:
    """Return the tape of a data set; None where there is none, or none that is whole and belongs to it."""
    path = tape_path(data, kind, settings, folder)
    if not path.is_file():
        return None
    with suppress(OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            if kept[IDENTITY].tobytes() != _identity(data, kind, settings).encode():
                return None
            columns = {name: kept[name] for name in COLUMNS}
            anchors = None
            if OF_ANCHORS + ANCHORED[0] in kept:
                anchors = Anchors(*(kept[OF_ANCHORS + name] for name in ANCHORED))
        tape = CalibrationTape(kind, settings, data.times, **columns, anchors=anchors)
        return tape if _is_whole(tape) else None
    return None


def _identity(data: OptionQuotes, kind: type[TransformModel], settings: CalibrationSettings) -> str:
    """Return the facts that decide what a tape is, as text."""
    facts = {
        "format": TAPE_FORMAT,
        "version": __version__,
        "data": data.fingerprint,
        "target": data.target.value,
        "filters": {one.name: getattr(data.filters, one.name) for one in fields(data.filters)},
        "kind": kind.__name__,
        "settings": {one.name: _plain(getattr(settings, one.name)) for one in fields(settings)},
    }
    return json.dumps(facts, sort_keys=True)


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


def _is_whole(tape: CalibrationTape) -> bool:
    """Return whether the columns are what a tape of these times has."""
    total, size = tape.times.size, len(parameter_names(tape.kind))
    shapes = {
        "values": (total, size),
        "hessian": (total, size, size),
        "gradient": (total, size),
        "sum_of_squares": (total,),
        "count": (total,),
        "status": (total,),
        "at_bound": (total, size),
        "standard_errors": (total, size),
        "condition_number": (total,),
    }
    if any(getattr(tape, name).shape != shape for name, shape in shapes.items()):
        return False
    is_known = bool(np.all((tape.status >= 0) & (tape.status < len(STATUSES))))
    return is_known and bool(np.isfinite(tape.values).all()) and _are_whole(tape.anchors, total, size)


def _are_whole(anchors: Anchors | None, total: int, size: int) -> bool:
    if anchors is None:
        return True
    count = anchors.since.size
    shapes = ((count,), (count, size), (count, total, size, size), (count, total, size), (count, total))
    return all(getattr(anchors, name).shape == shape for name, shape in zip(ANCHORED, shapes, strict=True))
