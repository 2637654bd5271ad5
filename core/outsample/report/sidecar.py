"""What explains an exported number: data, split, models, parameters, settings, versions and the state as text."""

import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.metadata import version
from math import isfinite
from typing import Any, Final

import numpy as np

from outsample import __version__
from outsample.model import Dataset
from outsample.report.analysis import Analysis, Judged
from outsample.study import Failure
from outsample.windows import Split, iso

__all__ = ["SIDECAR_FORMAT", "case_parameter_facts", "plain", "sidecar", "split_facts", "versions"]

SIDECAR_FORMAT: Final = 1


def sidecar(analysis: Analysis, case_text: str) -> dict[str, Any]:
    """Return the sidecar that every table and picture of an analysis carries.

    Parameters
    ----------
    analysis : Analysis
    case_text : str
        The state as text: opening it gives the same view back.

    Returns
    -------
    dict
        Plain values only; NaN is None. The same analysis gives the same sidecar: it holds no clock time.
    """
    data: Any = analysis.data
    source: dict[str, Any] = plain(getattr(data, "source", {}))
    return {
        "format": SIDECAR_FORMAT,
        "data": {**data_facts(data), "source": source},
        "split": split_facts(analysis.split),
        "score": score_facts(analysis),
        "settings": plain(analysis.settings),
        "case_parameters": case_parameter_facts(analysis),
        "models": [_model(result) for result in analysis.results],
        "seeds": _seeds(source),
        "versions": versions(),
        "state": case_text,
    }


def data_facts(data: Dataset) -> dict[str, Any]:
    """Return what identifies the data: SHA-256 over the canonical columns, extent and source files."""
    first, last = int(data.times[0]), int(data.times[-1])
    source: Any = getattr(data, "source", {})
    return {
        "sha256": data.fingerprint,
        "times": data.times.size,
        "observations": data.time_index.size,
        "first": iso(first),
        "last": iso(last),
        "files": plain(source.get("files", [])),
    }


def split_facts(split: Split) -> dict[str, Any]:
    """Return a split in half-open UTC times, as in a case."""
    train, test = ([iso(window.start), iso(window.stop)] for window in (split.train, split.test))
    return {"train": train, "test": test, "purge_ns": split.purge}


def score_facts(analysis: Analysis) -> dict[str, Any]:
    """Return name, title and unit of the score."""
    score = analysis.score.score
    return {
        "name": score.name,
        "title": analysis.score.title,
        "unit": score.unit.value,
        "shown": score.shown.value,
        "functional": score.functional.value,
        "level": score.level,
    }


def case_parameter_facts(analysis: Analysis) -> dict[str, Any]:
    """Return the parameters of the case, and in words those that are not the house default."""
    return {**plain(analysis.parameters), "changed": list(analysis.parameters.changed())}


def versions() -> dict[str, str]:
    """Return the versions of everything that decides the numbers."""
    packages = {name: version(name) for name in ("numpy", "scipy", "numba", "pyarrow")}
    return {"outsample": __version__, "python": platform.python_version(), **packages}


def plain(value: Any) -> Any:
    """Return a value as JSON has it: enums by value, dataclasses by field, NaN and infinities as None."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    elif isinstance(value, Enum):
        value = value.value
    elif is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if isfinite(value) else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return str(value)


def _model(result: Judged | Failure) -> dict[str, Any]:
    if isinstance(result, Failure):
        return {"model": result.model, "failure": {"reason": result.reason.value, "message": result.sentence()}}
    study = result.study
    return {
        "model": study.name,
        "benchmark": study.contender.benchmark_name,
        "settings": plain(study.contender.model),
        "parameters": [plain(one) for one in study.fitted.parameters],
    }


def _seeds(source: dict[str, Any]) -> dict[str, Any]:
    """Return the seeds behind the numbers: those of made data; nothing in an analysis itself is drawn at random."""
    recipe = source.get("sample")
    return {"sample": recipe["seed"]} if isinstance(recipe, dict) and "seed" in recipe else {}
