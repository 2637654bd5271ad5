"""Help in the window: what opens it, on what, and that a drag leaves it alone."""

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from outsample.windows import Handle, Scheme
from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets.words_on_screen import pane_entries, words_explained
from outsample_resources import glossary, method_note

TERMS = glossary()
SHIFT, CTRL, NONE = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups without a screen


def press(desk, key, modifiers=NONE):
    """Press a key where the keyboard is, or on the window where it is nowhere."""
    QTest.keyClick(QApplication.focusWidget() or desk.window, key, modifiers)
    QApplication.processEvents()


def help_on(desk, widget, key=Qt.Key.Key_F1, modifiers=NONE):
    """Give a widget the keyboard, ask for help, and return the help pane."""
    widget.setFocus()
    press(desk, key, modifiers)
    assert desk.window.explainer.dock.isVisible()
    return desk.window.explainer.pane


def note_in_front(pane):
    """Return the model whose note is in front."""
    assert pane.tabs.currentWidget() is pane.note
    assert method_note(pane.model).title in pane.note.toPlainText()
    return pane.model


def offered(pane):
    """Return the words that are offered, the first of which is shown in front."""
    assert pane.tabs.currentWidget() is pane.glossary
    words = pane.glossary.list
    assert TERMS[pane.glossary.entry] in pane.glossary.text.toPlainText()
    return [words.item(i).text() for i in range(words.count())]


def active(desk):
    return next(row.name for row in desk.shown()["models"].rows if row.is_active)


# --- Opening --------------------------------------------------------------------------------------------------------


def test_no_help_is_made_before_it_is_asked_for(desk):
    size = desk.page.size()
    assert desk.window.explainer.dock is None
    help_on(desk, desk.room.models)
    assert desk.window.explainer.dock.isAncestorOf(QApplication.focusWidget())
    press(desk, Qt.Key.Key_Escape)
    assert not desk.window.explainer.dock.isVisible()
    QApplication.processEvents()
    assert desk.page.size() == size


def test_f1_on_a_model_that_was_clicked_shows_its_note(desk):
    table = desk.room.models
    for row, view in enumerate(desk.shown()["models"].rows):
        place = table.visualRect(table.model().index(row, 3)).center()
        desk.click(table.viewport(), place.x(), place.y())
        assert note_in_front(help_on(desk, table)) == view.name


def test_f1_on_a_row_that_was_gone_to_by_keys_shows_the_note_of_that_row(desk):
    table = desk.room.models
    for row, view in enumerate(desk.shown()["models"].rows):
        table.setCurrentIndex(table.model().index(row, 2))
        assert note_in_front(help_on(desk, table)) == view.name


def test_control_f1_shows_the_note_of_the_active_model_wherever_the_keyboard_is(desk):
    desk.change(active="flat-vol")
    for widget in (desk.page.timeline, desk.room.models, desk.window.header.choosers["scheme"]):
        assert note_in_front(help_on(desk, widget, Qt.Key.Key_F1, CTRL)) == "flat-vol"
    desk.change(active="relative-smile")
    assert note_in_front(desk.window.explainer.pane) == "relative-smile"


@pytest.mark.parametrize("modifiers", [NONE, SHIFT, CTRL])
def test_help_before_anything_is_open_says_what_to_do_or_what_a_verdict_is(empty, modifiers):
    empty.window.setFocus()
    press(empty, Qt.Key.Key_F1, modifiers)
    pane = empty.window.explainer.pane
    assert empty.window.explainer.dock.isVisible()
    text = pane.tabs.currentWidget()
    if modifiers == SHIFT:
        assert pane.glossary.entry == "verdict"
    else:
        assert "open a data set" in text.toPlainText()


def test_f1_on_a_pane_a_choice_or_a_date_shows_its_words(desk):
    surface, scheme = desk.room.surface, desk.window.header.choosers["scheme"]
    assert offered(help_on(desk, surface)) == list(pane_entries("surface", True))
    assert help_on(desk, scheme).glossary.entry == f"{desk.state.scheme.value} scheme"
    assert help_on(desk, desk.window.header.choosers["score"]).glossary.entry == "RMSE"
    assert help_on(desk, desk.page.timeline).glossary.entry == "boundary"
    assert help_on(desk, desk.page.dates.boxes[Handle.TRAIN_END]).glossary.entry == "boundary"
    desk.room.tabs.setCurrentIndex(2)
    assert offered(help_on(desk, desk.room.tables["parameters"])) == ["standard error", "at bound"]


def test_f1_on_prices_speaks_of_prices(price_desk):
    assert price_desk.room.surface.isVisible()
    assert help_on(price_desk, price_desk.room.surface).glossary.entry == "loss by regime"


def test_shift_f1_shows_the_words_of_the_verdict_in_their_order(desk):
    words = offered(help_on(desk, desk.page.timeline, Qt.Key.Key_F1, SHIFT))
    verdict = desk.shown()["verdict"]
    assert words[:2] == ["verdict", verdict.status.value]
    places = [words.index(words_explained(label)[0]) for label, _ in verdict.facts]
    assert places == sorted(places)
    for wanted in ("effective number of observations", "minimum detectable effect", "headroom", "regret"):
        assert wanted in words


def test_the_glossary_is_searched_by_its_keys(desk):
    pane = help_on(desk, desk.page.timeline, Qt.Key.Key_G, CTRL | SHIFT)
    assert QApplication.focusWidget() is pane.glossary.line
    QTest.keyClicks(pane.glossary.line, "headroom")
    assert offered(pane)[0] == "headroom"


def test_every_command_of_the_help_runs_from_the_menu(desk):
    opened = ["help.focus", "help.verdict", "help.model", "help.glossary"]
    for name in opened:
        desk.shortcut("help.close")
        desk.shortcut(name)
        assert desk.window.explainer.dock.isVisible()
    desk.shortcut("help.close")
    assert not desk.window.explainer.dock.isVisible()


def test_escape_gives_the_keyboard_back_to_what_had_it(desk):
    for widget in (desk.page.timeline, desk.room.surface, desk.page.dates.boxes[Handle.TEST_END]):
        help_on(desk, widget)
        assert QApplication.focusWidget() is not widget
        press(desk, Qt.Key.Key_F1, SHIFT)
        press(desk, Qt.Key.Key_Escape)
        assert QApplication.focusWidget() is widget
        assert not desk.window.explainer.dock.isVisible()


def test_with_the_help_open_everything_still_fits_1280_by_720(desk):
    desk.window.resize(1280, 720)
    help_on(desk, desk.room.models)
    QApplication.processEvents()
    hint = desk.window.minimumSizeHint()
    assert hint.width() <= 1280
    assert hint.height() <= 720
    assert (desk.window.width(), desk.window.height()) == (1280, 720)
    pane = desk.window.explainer.pane
    corner = pane.mapTo(desk.window, QPoint(0, 0))
    assert desk.window.rect().contains(pane.rect().translated(corner))
    assert pane.width() >= 260
    assert desk.page.timeline.width() >= 600


def test_the_help_follows_the_theme(desk):
    pane = help_on(desk, desk.room.models)
    for theme in (Theme.LIGHT, Theme.DARK):
        desk.key(Qt.Key.Key_T, CTRL)
        assert desk.state.theme is theme
        image = pane.note.viewport().grab().toImage()
        assert image.pixelColor(image.width() // 2, 2).name() == colours(theme).panel


def test_a_case_with_the_help_open_is_saved_without_it(desk):
    before = desk.state.to_json()
    help_on(desk, desk.room.models)
    assert desk.state.to_json() == before


# --- Drag -----------------------------------------------------------------------------------------------------------


class Touches(QObject):
    """Counts what happens to the widgets of the help."""

    def __init__(self, dock: QWidget) -> None:
        super().__init__()
        self.count: Counter = Counter()
        self.widgets = [dock, *dock.findChildren(QWidget)]
        for widget in self.widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Paint, QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Move):
            self.count[type(watched).__name__, event.type().name] += 1
        return False

    def stop(self) -> None:
        for widget in self.widgets:
            widget.removeEventFilter(self)


@pytest.mark.parametrize("modifiers", [CTRL, SHIFT])
def test_a_drag_does_not_touch_the_help(desk, modifiers):
    desk.change(scheme=Scheme.FREE, active="relative-smile")
    help_on(desk, desk.room.models, Qt.Key.Key_F1, modifiers)
    x, y = desk.press(Handle.TRAIN_END)
    desk.move_to(x - 20, y)
    QApplication.processEvents()
    touches = Touches(desk.window.explainer.dock)
    before = desk.state.split
    for offset in range(30, 150, 10):
        desk.move_to(x - offset, y)
    QApplication.processEvents()
    assert desk.state.split != before
    desk.release(x - 150, y)
    QApplication.processEvents()
    touches.stop()
    assert touches.count == {}
    desk.assert_exact()


def test_the_note_changes_with_the_active_model_while_it_is_open_and_when_it_opens_again(desk):
    pane = help_on(desk, desk.room.models, Qt.Key.Key_F1, CTRL)
    desk.change(active="flat-vol")
    assert note_in_front(pane) == "flat-vol"
    press(desk, Qt.Key.Key_Escape)
    desk.change(active="relative-smile")
    assert pane.model == "flat-vol"
    help_on(desk, desk.page.timeline)
    assert pane.model == "relative-smile"


def test_a_note_that_was_asked_for_stays_while_a_boundary_moves(desk):
    desk.change(active="relative-smile")
    table = desk.room.models
    other = next(i for i, row in enumerate(desk.shown()["models"].rows) if row.name == "flat-vol")
    table.setCurrentIndex(table.model().index(other, 0))
    pane = help_on(desk, table)
    desk.drag(Handle.TRAIN_END, -40.0)
    assert note_in_front(pane) == "flat-vol"


# --- Under the mouse ------------------------------------------------------------------------------------------------


def rest_on(widget, at):
    """Let the mouse rest at a point of a widget, and return the tool tip."""
    QToolTip.hideText()
    where = widget.mapToGlobal(at)
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, where))
    return QToolTip.text()


def test_the_facts_of_the_verdict_explain_themselves(desk):
    pane = desk.room.verdict
    seen = {}
    for x in range(40, pane.width(), 7):
        for y in (12, 26, 44, 56):
            seen[rest_on(pane, QPoint(x, y))] = (x, y)
    for label, _ in desk.shown()["verdict"].facts:
        first = words_explained(label)[0]
        assert any(f"<b>{first}</b>" in text and TERMS[first].split(";")[0][:20] in text for text in seen), label
    assert any(f"<b>{desk.shown()['verdict'].status.value}</b>" in text for text in seen)
    for beside in (QPoint(100, 54), QPoint(pane.width() - 1, 60)):
        assert desk.window.explainer.tips.entries_at(pane, beside) == ()
    QToolTip.hideText()


def test_the_columns_of_the_models_explain_themselves(desk):
    header, view = desk.room.models.horizontalHeader(), desk.shown()["models"]
    for column, label in enumerate(view.headers):
        at = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) // 2, 8)
        text = rest_on(header.viewport(), at)
        for entry in words_explained(label):
            assert f"<b>{entry}</b>" in text
    QToolTip.hideText()


def test_a_choice_explains_itself_and_so_does_every_entry_of_its_list(desk):
    chooser = desk.window.header.choosers["score"]
    assert "<b>RMSE</b>" in rest_on(chooser, chooser.rect().center())
    assert chooser.accessibleName() in rest_on(chooser, chooser.rect().center())
    chooser.setFocus()
    QTest.keyClick(chooser, Qt.Key.Key_Space)
    entries = chooser.view()
    assert entries.isVisible()
    for row in range(chooser.count()):
        at = entries.visualRect(chooser.model().index(row, 0)).center()
        text = rest_on(entries.viewport(), at)
        assert all(f"<b>{entry}</b>" in text for entry in words_explained(chooser.itemText(row)))
    chooser.hidePopup()
    QToolTip.hideText()


def test_entries_explain_themselves_to_a_mouse_that_comes_in_too(price_desk):
    chooser = price_desk.window.header.choosers["score"]
    place = QPointF(3, 3)
    from PySide6.QtGui import QEnterEvent

    QApplication.sendEvent(chooser, QEnterEvent(place, place, QPointF(chooser.mapToGlobal(place))))
    tips = [chooser.itemData(row, Qt.ItemDataRole.ToolTipRole) for row in range(chooser.count())]
    assert "pinball" in tips[0]
    assert "QLIKE" in tips[1]


# --- What is this? --------------------------------------------------------------------------------------------------


def context_menu(desk, widget, at, reason=QContextMenuEvent.Reason.Mouse):
    """Ask for the menu at a point of a widget, and return its entries by text."""
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
    menu = desk.window.pane_menu._menu
    assert menu.isVisible()
    return menu, {action.text(): action for action in menu.actions() if not action.isSeparator()}


@pytest.mark.parametrize(
    ("pane", "entry"),
    [
        ("decay", "decay"),
        ("surface", "error surface"),
        ("smile", "smile"),
        ("term", "term structure"),
        ("timeline", "boundary"),
        ("verdict", "verdict"),
        ("models", "benchmark"),
    ],
)
def test_a_right_click_on_a_pane_asks_what_it_is(desk, pane, entry):
    widget = desk.page.panes()[pane]
    menu, actions = context_menu(desk, widget, QPoint(5, widget.height() - 3), QContextMenuEvent.Reason.Keyboard)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    assert menu.activeAction() is actions[f"What is this? ({entry})"]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert not menu.isVisible()
    assert desk.window.explainer.pane.glossary.entry == entry
    assert "Save this picture…" in actions
    desk.settle()


def test_a_right_click_on_the_timeline_leads_to_the_regimes_too(desk):
    plot = desk.page.timeline.price.viewport()
    menu, actions = context_menu(desk, plot, plot.rect().center())
    QTest.mouseClick(
        menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions["What does “regime” mean?"]).center()
    )
    assert desk.window.explainer.pane.glossary.entry == "regime"
    desk.settle()


def test_a_right_click_on_a_word_asks_for_that_word(desk):
    header = desk.room.models.horizontalHeader()
    column = desk.shown()["models"].headers.index("Regret")
    at = QPoint(header.sectionViewportPosition(column) + 10, 8)
    menu, actions = context_menu(desk, header.viewport(), at)
    assert "What is this? (regret)" in actions
    menu.close()
    pane = desk.room.verdict
    menu, actions = context_menu(desk, pane, QPoint(60, 24))
    assert f"What is this? ({desk.shown()['verdict'].status.value})" in actions
    menu.close()


def test_the_menu_of_prices_asks_what_prices_show(price_desk):
    widget = price_desk.room.forecast
    menu, actions = context_menu(price_desk, widget, QPoint(5, 5))
    assert "What is this? (forecast)" in actions
    menu.close()
