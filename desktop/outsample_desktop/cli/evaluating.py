"""`outsample evaluate` and `outsample report`: exactly what the window shows, written to a folder."""

import os
import sys
from argparse import Namespace
from math import exp, isfinite
from pathlib import Path

from outsample.calibration.tape_shelf import ensure_tapes
from outsample.catalog import entry
from outsample.errors import UsageError
from outsample.report import Analysis, Judged, Table, analyse, gate_code, verdict_sheet, write_evaluation
from outsample.report.csv_file import json_text
from outsample.study import Failure, Settings, Workspace
from outsample.windows import Split
from outsample_desktop.cli.entry import complain
from outsample_desktop.cli.progress import Progress
from outsample_desktop.cli.request import Question, fresh_question, question
from outsample_desktop.sources import SAMPLE

__all__ = ["evaluate", "report"]


def evaluate(arguments: Namespace) -> int:
    """Analyse data or a case; write, print, and judge at the gate."""
    if not (arguments.out or arguments.json or arguments.gate):
        raise UsageError("evaluate needs --out FOLDER, --json or --gate, found none of them; say where results go")
    if arguments.findings and not arguments.out:
        raise UsageError("--findings needs --out FOLDER, found none; say where the tables go")
    asked = question(arguments)
    if arguments.gate and not any(entry(name).benchmark for name in asked.state.models):
        raise UsageError(
            "--gate needs a model that is not a benchmark, found "
            f"{', '.join(asked.state.models)}; see `outsample models`"
        )
    workspace = Workspace(asked.data)
    analysis = _analysed(asked, workspace)
    written: tuple[Path, ...] = ()
    if arguments.out:
        further = _findings(analysis) if arguments.findings else ()
        written = _write(asked, analysis, workspace, Path(arguments.out), not arguments.no_pictures, further)
    if arguments.json:
        sys.stdout.write(json_text(verdict_sheet(analysis, asked.recorded)))
    else:
        _print(analysis)
        _print_written(written)
    return (gate_code(analysis) or 0) if arguments.gate else 0


def report(arguments: Namespace) -> int:
    """Write the report of the sample market, and say where."""
    folder = Path(arguments.out) if arguments.out else _default_folder()
    asked = fresh_question(SAMPLE)
    workspace = Workspace(asked.data)
    analysis = _analysed(asked, workspace)
    written = _write(asked, analysis, workspace, folder, not arguments.no_pictures)
    _print(analysis)
    _print_written(written)
    return 0


def _analysed(asked: Question, workspace: Workspace) -> Analysis:
    """Ask the one function that the window asks, with the same settings; nobody else would build what it needs."""
    state = asked.state
    assert state.split is not None  # a question is complete
    with Progress() as progress:
        ensure_tapes(asked.data, (entry(name).build() for name in state.models), progress)
    settings = Settings(state.composition, state.scheme)
    return analyse(workspace, state.split, state.score, state.models, settings, state.parameters)


def _findings(analysis: Analysis) -> tuple[Table, ...]:
    """Return what the rooms of regimes, decay and assumptions show, for every model."""
    from outsample.report.finding_tables import finding_tables  # what no other command needs
    from outsample.report.regime_findings import find_regimes
    from outsample.report.regime_tables import regime_room_tables

    with Progress() as progress:
        progress(0.0, "regimes")
        of_regimes = regime_room_tables(analysis, find_regimes(analysis, lambda: False))
        return (*(table for table in of_regimes if table.size), *finding_tables(analysis, progress))


def _write(
    asked: Question,
    analysis: Analysis,
    workspace: Workspace,
    folder: Path,
    with_pictures: bool,
    further: tuple[Table, ...] = (),
) -> tuple[Path, ...]:
    written = write_evaluation(analysis, folder, asked.state.to_json(), asked.recorded, asked.book, further)
    _say_of_older(folder, written)
    return written + _pictures(asked, workspace, folder) if with_pictures else written


def _say_of_older(folder: Path, written: tuple[Path, ...]) -> None:
    """Say which tables in the folder are of another run: beside the new ones they would be read as of this one."""
    ours = {path.name for path in written}
    older = sorted(path.name.removesuffix(".json") for path in folder.glob("*.csv.json") if path.name not in ours)
    if older:
        complain(
            f"warning: {folder} also holds tables of an earlier run, found {', '.join(older)}; "
            "delete them, or write into another folder"
        )


def _pictures(asked: Question, workspace: Workspace, folder: Path) -> tuple[Path, ...]:
    """Draw off screen; a machine without Qt's system libraries still has its tables."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError as error:
        complain(f"warning: pictures need the system libraries of Qt, found: {error}; tables are written without them")
        return ()
    from outsample_desktop.export import save_pictures

    return save_pictures(asked.state, workspace, folder)


def _default_folder() -> Path:
    import platformdirs

    documents = platformdirs.user_documents_path()
    return (documents if documents.is_dir() else Path.cwd()) / "outsample-report"


def _print(analysis: Analysis) -> None:
    print(f"{analysis.score.title}, train {_windows(analysis.split)}")
    if changed := analysis.parameters.changed():
        print(f"parameters changed: {', '.join(changed)}")
    width = max(len(result.entry.name if isinstance(result, Judged) else result.model) for result in analysis.results)
    for result in analysis.results:
        name, text = _line(result)
        print(f"{name:<{width}}  {text}")


def _line(result: Judged | Failure) -> tuple[str, str]:
    if isinstance(result, Failure):
        return result.model, f"{'Cannot be judged':<16}  {result.sentence()}"
    found, verdict = result.headline, result.verdict
    levels = f"{_written(found.in_sample, '9.4g')} -> {_written(found.out_of_sample, '9.4g')} {found.unit}"
    change = ""
    if isfinite(found.delta):
        is_ratio, theta = found.is_ratio, found.delta
        said = f"{exp(found.ratio_power * theta):.3f}x" if is_ratio else f"{_written(theta, '+.3g')} {found.unit}"
        change = f"  {said} against {found.benchmark}"
    return result.entry.name, f"{verdict.status.value:<16}  {levels}{change}; {verdict.rule}"


def _written(value: float, form: str) -> str:
    return format(value, form).replace("-", "−")


def _windows(split: Split) -> str:
    return f"{split.train}, test {split.test}, purge {split.purge / 86_400e9:g} d"


def _print_written(written: tuple[Path, ...]) -> None:
    if written:
        print(f"{len(written)} files in {written[0].parent.resolve()}")
