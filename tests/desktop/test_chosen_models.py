"""Models, losses and themes chosen by mouse and keyboard: every pane shows what a fresh evaluation says."""

import pytest
from PySide6.QtCore import Qt

from outsample.catalog import MODELS, SCORES, Kind, models_for
from outsample.windows import Handle
from outsample_desktop.session import Theme

from .choosers import pick

CTRL = Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups without a screen


# --- Models ---------------------------------------------------------------------------------------------------------


def row_of(desk, name):
    return next(i for i, row in enumerate(desk.shown()["models"].rows) if row.name == name)


def click_model(desk, name, column, x):
    table = desk.room.models
    place = table.visualRect(table.model().index(row_of(desk, name), column))
    desk.click(table.viewport(), place.left() + x, place.center().y())


def test_the_box_of_a_model_switches_it_and_every_pane_follows(desk):
    for name in ("frozen-surface", "flat-vol", "rolling-surface", "flat-vol"):
        was_on = name in desk.state.models
        click_model(desk, name, 0, 14)
        assert (name in desk.state.models) is not was_on
        assert list(desk.state.models) == [found.name for found in MODELS if found.name in desk.state.models]
        desk.assert_exact()


def test_all_models_can_be_switched_off_and_on_again(desk):
    for name in desk.state.models:
        click_model(desk, name, 0, 14)
        desk.assert_exact()
    assert desk.state.models == ()
    assert "switch on a model" in desk.shown()["verdict"].rule
    click_model(desk, "flat-vol", 0, 14)
    assert desk.state.models == ("flat-vol",)
    desk.assert_exact()


def test_the_row_of_a_model_makes_it_the_active_one(desk):
    for name in ("flat-vol", "rolling-surface", "relative-smile"):
        click_model(desk, name, 3, 20)
        assert desk.state.active == name
        assert name in desk.state.models
        desk.assert_exact()
    assert desk.shown()["verdict"].model == "Relative smile"


def test_the_table_of_models_is_worked_by_keys(desk):
    table = desk.room.models
    table.setFocus()
    table.setCurrentIndex(table.model().index(row_of(desk, "flat-vol"), 0))
    desk.key(Qt.Key.Key_Return)
    assert desk.state.active == "flat-vol"
    desk.key(Qt.Key.Key_Space)
    assert "flat-vol" not in desk.state.models
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Space)
    assert "absolute-smile" not in desk.state.models
    desk.assert_exact()


def test_switching_a_model_is_undone(desk):
    before = desk.state.models
    click_model(desk, "flat-vol", 0, 14)
    desk.shortcut("edit.undo")
    assert desk.state.models == before
    desk.assert_exact()


def test_a_train_window_of_too_few_quotes_renders_a_failure_in_place(desk, monkeypatch):
    from outsample.errors import FitError
    from outsample.models.smile import RelativeSmile

    honest = RelativeSmile.fit

    def hungry(self, data, train):
        rows = train.rows(data.times)
        if rows.stop - rows.start < 30:
            raise FitError(f"a smile needs 30 times, found {rows.stop - rows.start}; widen the window")
        return honest(self, data, train)

    monkeypatch.setattr(RelativeSmile, "fit", hungry)
    desk.change(active="relative-smile")
    _, y = desk.press(Handle.TRAIN_END)
    desk.release(0.0, y)
    assert desk.notice == ""
    verdict, models = desk.shown()["verdict"], desk.shown()["models"]
    row = next(row for row in models.rows if row.name == "relative-smile")
    assert row.failure == verdict.rule == "a smile needs 30 times, found 20; widen the window"
    assert verdict.status is None
    desk.assert_exact()
    _, y = desk.press(Handle.TRAIN_END)
    desk.release(desk.plot.pixel(int(desk.data.times[60])), y)
    assert desk.shown()["verdict"].status is not None
    desk.assert_exact()


# --- Choosers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["header", "room"])
def test_every_choice_of_every_chooser_is_shown_exactly(desk, place):
    choosers = desk.window.header.choosers if place == "header" else desk.room.choosers
    for field, chooser in choosers.items():
        assert chooser.isVisible()
        assert chooser.currentIndex() >= 0, field
        for index in [*range(1, chooser.count()), 0]:
            pick(desk, chooser, index)
            assert chooser.currentIndex() == index
            assert getattr(desk.state, field) == chooser._values[index]
            desk.assert_exact()


def test_every_choice_for_prices_is_shown_exactly(price_desk):
    for chooser in (*price_desk.window.header.choosers.values(), price_desk.room.choosers["relative"]):
        for index in range(chooser.count() if chooser.isVisible() else 0):
            pick(price_desk, chooser, index)
            price_desk.assert_exact()


def test_another_loss_keeps_the_models_that_it_can_judge(price_desk):
    scores = [item.score.name for item in SCORES if item.kind is Kind.PRICES]
    chooser = price_desk.window.header.choosers["score"]
    pick(price_desk, chooser, scores.index("qlike"))
    judged = {found.name for found in models_for(Kind.PRICES, "qlike")}
    assert set(price_desk.state.models) <= judged
    assert price_desk.state.models
    pick(price_desk, chooser, scores.index("pinball-0.01"))
    assert price_desk.state.models
    price_desk.assert_exact()


def test_a_choice_is_one_step_of_undo_and_the_chooser_follows(desk):
    chooser = desk.room.choosers["side"]
    before = chooser.currentIndex()
    pick(desk, chooser, 1)
    desk.shortcut("edit.undo")
    assert chooser.currentIndex() == before
    desk.assert_exact()


def test_the_wheel_over_a_chooser_changes_nothing(desk):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    state = desk.state
    for chooser in (*desk.window.header.choosers.values(), *desk.room.choosers.values()):
        where = QPointF(5, 5)
        buttons, modifiers = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        place = chooser.mapToGlobal(where)
        event = QWheelEvent(where, place, QPoint(0, -120), QPoint(0, -120), buttons, modifiers, phase, False)
        QApplication.sendEvent(chooser, event)
    desk.settle()
    assert desk.state == state


# --- Themes ---------------------------------------------------------------------------------------------------------


def test_the_theme_is_toggled_by_its_key_and_changes_colours_alone(desk):
    numbers = desk.shown()
    desk.page.timeline.setFocus()
    dark = desk.page.grab().toImage()
    desk.key(Qt.Key.Key_T, CTRL)
    assert desk.state.theme is Theme.LIGHT
    desk.assert_exact()
    light = desk.page.grab().toImage()
    corner = light.width() // 2, light.height() - 5
    assert light.pixelColor(*corner).lightness() > 200
    assert dark.pixelColor(*corner).lightness() < 100
    assert numbers["verdict"] == desk.shown()["verdict"]
    desk.key(Qt.Key.Key_T, CTRL)
    assert desk.state.theme is Theme.DARK
    assert desk.page.grab().toImage() == dark
