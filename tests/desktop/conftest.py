"""A small made market on disk, and a window that has it open, as tests want it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from outsample.calibration import CalibrationLoss, tape_shelf
from outsample.calibration.tape import CalibrationTape
from outsample.calibration.tape_store import tape_folder
from outsample.datasets.option_quotes import COLUMNS
from outsample.formulas.fourier import Heston
from outsample.io import write_store
from outsample.sample import SampleMarket, make_market, small_recipe
from outsample.sample.provenance import sample_reports
from outsample.typing import Integers
from outsample_desktop import loader
from outsample_desktop.main_window import MainWindow
from outsample_desktop.session import Room

from .desk import Desk, bits_of
from .rooms_of_findings import enter
from .wandering_tape import wandering_tape

SIZE = (1280, 800)


# --- Data -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def market() -> SampleMarket:
    """Four months of quotes and hourly prices, made in memory: what no window has touched."""
    return make_market(small_recipe())


@pytest.fixture(scope="session")
def stores(market: SampleMarket, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same on disk."""
    folder = tmp_path_factory.mktemp("stores")
    reports = sample_reports(market, small_recipe(), 0.0)
    paths = {"quotes": folder / "quotes.arrow", "prices": folder / "prices.arrow"}
    for (name, path), report in zip(paths.items(), reports, strict=True):
        write_store(getattr(market, name), report, path)
    return paths


@pytest.fixture(scope="session")
def times(market: SampleMarket) -> Integers:
    """The times of the quotes."""
    return market.quotes.times


class HeldLoad:
    """A load that says these words and then waits until it may go on."""

    words = "reading slowly"

    def __init__(self) -> None:
        self.go_on = threading.Event()


@pytest.fixture
def held_load(monkeypatch: pytest.MonkeyPatch) -> HeldLoad:
    """Whatever is opened from now on is held."""
    honest, held = loader.load, HeldLoad()

    def slow(source: Any, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> Any:
        progress(0.1, held.words)
        held.go_on.wait(20)
        return honest(source, progress, cancelled)

    monkeypatch.setattr(loader, "load", slow)
    return held


@pytest.fixture
def store(market: SampleMarket, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes some rows of the quotes as a store."""

    def write(rows: slice, name: str) -> Path:
        quotes, path = market.quotes, tmp_path / name
        parts = {one: getattr(quotes, one)[rows].copy() for one in COLUMNS if one != "settlement"}
        write_store(replace(quotes, **parts), sample_reports(market, small_recipe(), 0.0)[0], path)
        return path

    return write


# --- Windows --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def bits() -> Callable[[Any], Any]:
    return bits_of


@pytest.fixture
def empty(qtbot: QtBot, market: SampleMarket) -> Desk:
    """A window with nothing open."""
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(*SIZE)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return Desk(qtbot, window, market)


@pytest.fixture
def desk(empty: Desk, stores: dict[str, Path]) -> Desk:
    """A window with the quotes open."""
    empty.open(stores["quotes"])
    return empty


@pytest.fixture
def price_desk(empty: Desk, stores: dict[str, Path]) -> Desk:
    """A window with the hourly prices open."""
    empty.open(stores["prices"])
    return empty


@pytest.fixture
def quotes(desk: Desk) -> Desk:
    """A window with the quotes open and the room of regimes in front, everything worked out."""
    enter(desk, Room.REGIMES)
    return desk


@pytest.fixture
def decay(desk: Desk) -> Desk:
    """A window with the room of decay of a smile in front, everything worked out."""
    enter(desk, Room.DECAY, active="relative-smile")
    return desk


@pytest.fixture
def own_store(stores: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the quotes that a test may spoil."""
    return Path(shutil.copy(stores["quotes"], tmp_path / "mine.arrow"))


class Paints(QObject):
    """Counts the paints of some widgets."""

    def __init__(self, widgets: dict[str, QWidget]) -> None:
        super().__init__()
        self.names = {id(widget): name for name, widget in widgets.items()}
        self.widgets = widgets
        self.count: dict[str, int] = {}
        for widget in widgets.values():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            name = self.names[id(watched)]
            self.count[name] = self.count.get(name, 0) + 1
        return False

    def stop(self) -> None:
        for widget in self.widgets.values():
            widget.removeEventFilter(self)


@pytest.fixture
def counter_of() -> type[Paints]:
    """Return what counts the paints of named widgets until it is stopped."""
    return Paints


@pytest.fixture
def paints(desk: Desk) -> Iterator[Paints]:
    """Count the paints of every pane of the window."""
    room, timeline = desk.room, desk.page.timeline
    watched = {
        "price": timeline.price.viewport(),
        "loss": timeline.loss.viewport(),
        "verdict": room.verdict,
        "decay": room.decay.plot.viewport(),
        "surface": room.surface,
        "smile": room.smile.plot.viewport(),
        "term": room.term.plot.viewport(),
        "models": room.models.viewport(),
    }
    counter = Paints(watched)
    yield counter
    counter.stop()


# --- Calibrations ---------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_tape_of_another_test() -> None:
    """Begin without calibrations on disk or in memory: the made market is the same in every test."""
    shutil.rmtree(tape_folder(), ignore_errors=True)
    tape_shelf._shelf.clear()


@pytest.fixture(scope="session")
def made_tape() -> Callable[..., CalibrationTape]:
    """Return the function from times, a kind and a loss to calibrations."""
    return wandering_tape


@pytest.fixture
def calibrated(desk: Desk, made_tape: Callable[..., CalibrationTape]) -> Desk:
    """A window with the calibration room in front, and calibrations of Heston under two losses."""
    assert desk.window.workspace is not None
    data = desk.window.workspace.data
    for loss in (CalibrationLoss.VOL, CalibrationLoss.PRICE):
        tape_shelf._remember(data, made_tape(data.times, Heston, loss, seed=len(loss.name)))
    desk.change(room=Room.CALIBRATION)
    return desk
