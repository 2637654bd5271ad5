"""Everything can be found by name, done by key and read aloud, and fits a small screen."""

from collections import Counter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QWidget,
)

from outsample.windows import Handle
from outsample_desktop.commands import Palette
from outsample_desktop.commands.palette import matches
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.plot import Plot
from outsample_desktop.widgets.surface_pane import SurfacePane
from outsample_desktop.widgets.timeline_pane import TimelinePane
from outsample_desktop.widgets.verdict_pane import VerdictPane

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    Plot,
    TimelinePane,
    SurfacePane,
    VerdictPane,
)
INNER = (QScrollBar, QTabBar)  # parts of Qt's own widgets, which name them by themselves
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups without a screen


def own(window):
    """Yield the interactive widgets that are ours, not the inner parts of Qt's."""
    for widget in window.findChildren(QWidget):
        parents = []
        parent = widget.parentWidget()
        while parent is not None:
            parents.append(parent)
            parent = parent.parentWidget()
        inside = any(isinstance(one, (QComboBox, QAbstractItemView, QLineEdit, *INNER)) for one in parents)
        is_qts_own = inside or isinstance(widget, INNER) or widget.objectName().startswith("qt_")
        if isinstance(widget, INTERACTIVE) and not is_qts_own:
            yield widget


# --- Commands -------------------------------------------------------------------------------------------------------


def test_every_command_has_a_name_a_menu_and_a_title_of_its_own(empty):
    commands = empty.window.commands
    assert len(commands) > 10
    for command in commands:
        assert command.name.count(".") == 1
        assert command.menu
        assert command.title
        assert command.title == command.title.strip()
        assert callable(command.run)
    for part in ("name", "title"):
        assert Counter(getattr(command, part) for command in commands).most_common(1)[0][1] == 1


def test_no_two_commands_have_the_same_keys_and_every_key_sequence_is_valid(empty):
    keys = [QKeySequence(command.shortcut) for command in empty.window.commands if command.shortcut]
    assert all(not key.isEmpty() for key in keys)
    texts = [key.toString(QKeySequence.SequenceFormat.PortableText) for key in keys]
    assert len(set(texts)) == len(texts)
    assert "" not in texts


def test_every_command_stands_in_its_menu_with_its_keys(empty):
    bar = empty.window.menuBar()
    menus = {action.text(): action.menu() for action in bar.actions()}
    for command in empty.window.commands:
        action = next(one for one in menus[command.menu].actions() if one.text() == command.title)
        assert action.shortcut() == QKeySequence(command.shortcut)
        assert action.isEnabled()


def test_every_command_is_found_in_the_palette_by_its_title_and_runs_from_there(empty, monkeypatch):
    from dataclasses import replace

    ran = []
    commands = tuple(replace(one, run=lambda name=one.name: ran.append(name)) for one in empty.window.commands)
    for command in commands:
        palette = Palette(commands, empty.window)
        empty.qtbot.addWidget(palette)
        assert palette.list.count() == len(commands)
        palette.open()
        QTest.keyClicks(palette.line, command.title.rstrip("…"))
        shown = [palette.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(palette.list.count())]
        assert command.name in shown
        palette.list.setCurrentRow(shown.index(command.name))
        QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert ran == [command.name for command in commands]


def test_the_palette_with_nothing_left_to_choose_does_nothing(empty):
    palette = Palette(empty.window.commands, empty.window)
    empty.qtbot.addWidget(palette)
    palette.open()
    QTest.keyClicks(palette.line, "xyzzy plugh")
    assert palette.list.count() == 0
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.reject()


def test_the_arrows_choose_in_the_palette_while_one_types(empty):
    palette = Palette(empty.window.commands, empty.window)
    empty.qtbot.addWidget(palette)
    palette.open()
    palette.line.setFocus()
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    palette.reject()


def test_the_palette_goes_when_it_is_closed(empty):
    command = next(one for one in empty.window.commands if one.name == "help.find")
    for _ in range(3):
        command.run()
        palette = QApplication.activeModalWidget()
        assert isinstance(palette, Palette)
        palette.reject()
        del palette
    QApplication.processEvents()
    left = empty.window.findChildren(Palette)
    assert len(left) <= 1, "every palette that was ever opened is kept"


@pytest.mark.parametrize(
    ("title", "typed", "found"),
    [
        ("File Open…", "open", True),
        ("File Open…", "fo", True),
        ("File Open…", "F O", True),
        ("File Open…", "", True),
        ("File Open…", "po", False),
        ("File Open…", "openn", False),
    ],
)
def test_letters_are_found_in_their_order(title, typed, found):
    assert matches(title, typed) is found


def test_the_keys_of_the_menu_work_from_every_widget_that_takes_the_keyboard(desk):
    for widget in own(desk.window):
        if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        widget.setFocus()
        theme = desk.state.theme
        QTest.keyClick(widget, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        assert desk.state.theme is not theme, widget.accessibleName()
    desk.settle()


@pytest.mark.parametrize(
    ("key", "tab"), [("1", "models"), ("2", "quotes"), ("3", "parameters"), ("4", "regimes"), ("5", "data")]
)
def test_alt_and_a_number_bring_a_table_to_the_front_and_fill_it(desk, key, tab):
    desk.change(cell=31)
    desk.page.timeline.setFocus()
    desk.key(Qt.Key[f"Key_{key}"], Qt.KeyboardModifier.AltModifier)
    want = desk.room.models if tab == "models" else desk.room.tables[tab]
    assert desk.room.tabs.currentWidget() is want
    assert want.model().rowCount() > 0
    assert want.model().columnCount() > 0


def test_the_keyboard_comes_to_the_timeline_by_its_command(desk):
    desk.room.surface.setFocus()
    desk.key(Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    assert desk.window.focusWidget() is desk.page.timeline
    before = desk.state.split
    desk.key(Qt.Key.Key_Left)
    assert desk.state.split != before


# --- Names and order ------------------------------------------------------------------------------------------------


def test_every_interactive_widget_has_an_accessible_name(desk):
    nameless = [repr(one) for one in own(desk.window) if not _spoken(one)]
    assert nameless == []


def _spoken(widget):
    """What a screen reader says: the accessible name, or the text of a button."""
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def test_the_lines_that_tell_what_happens_have_accessible_names_or_texts(desk):
    assert desk.window.windowTitle()
    assert desk.window.statusBar().findChildren(QProgressBar)
    for bar in desk.window.findChildren(QProgressBar):
        assert bar.accessibleName() or bar.toolTip()


def test_every_box_for_a_date_has_a_label_that_leads_to_it(desk):
    from PySide6.QtWidgets import QLabel

    buddies = {label.buddy() for label in desk.page.dates.findChildren(QLabel)}
    assert set(desk.page.dates.boxes.values()) <= buddies
    for handle, box in desk.page.dates.boxes.items():
        assert handle.value in box.accessibleName()
        assert "UTC" in box.accessibleName()


def test_the_tab_key_leaves_every_widget_again(desk):
    """WCAG 2.2, 2.1.2: no keyboard trap."""
    for widget in own(desk.window):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            widget.setFocus()
            for _ in range(100):
                QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Tab)
                if desk.window.focusWidget() is not widget:
                    break
            assert desk.window.focusWidget() is not widget, widget.accessibleName()


def test_every_chooser_is_reached_by_the_tab_key(desk):
    desk.page.timeline.setFocus()
    seen = set()
    for _ in range(120):
        widget = desk.window.focusWidget()
        if widget in seen and widget is desk.page.timeline:
            break
        seen.add(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    wanted = {one for one in desk.window.findChildren(Chooser) if one.isVisible()}
    wanted |= {desk.page.timeline, desk.room.surface, *desk.page.dates.boxes.values()}
    assert {one.accessibleName() for one in wanted - seen} == set()
    assert any(isinstance(one, QAbstractItemView) for one in seen), "the table of models"


def test_what_can_be_clicked_is_large_enough(desk):
    """WCAG 2.2, 2.5.8: targets of 24 by 24 pixels, or with as much room around them."""
    for widget in (
        *desk.window.findChildren(Chooser),
        *desk.page.dates.boxes.values(),
        desk.window.notice.close_button,
    ):
        assert widget.height() >= 24 or not widget.isVisible(), widget.accessibleName()
        assert widget.minimumHeight() >= 24


def test_the_verdict_and_the_surface_can_be_read_aloud(desk):
    verdict = desk.shown()["verdict"]
    said = desk.room.verdict.accessibleDescription()
    assert verdict.status.value in said
    assert verdict.rule in said
    assert verdict.model in said
    assert desk.room.surface.accessibleDescription()
    model = desk.room.models.model()
    for column in range(model.columnCount()):
        assert model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) is not None


def test_a_notice_can_be_read_aloud_and_dismissed(desk):
    desk.window.notice.tell("something went wrong; do it again")
    assert desk.window.notice.accessibleDescription() == "something went wrong; do it again"
    assert desk.notice
    QTest.mouseClick(desk.window.notice.close_button, Qt.MouseButton.LeftButton)
    assert not desk.window.notice.isVisible()


# --- Room -----------------------------------------------------------------------------------------------------------


def test_the_window_fits_a_screen_of_1280_by_720(desk):
    for _ in range(2):
        hint, least = desk.window.minimumSizeHint(), desk.window.minimumSize()
        assert hint.width() <= 1280
        assert hint.height() <= 720
        assert least.width() <= 1280
        assert least.height() <= 720
        desk.window.notice.tell(
            "a sentence of some length that says what is required, what was found and how to cure it"
        )
        QApplication.processEvents()


def test_prices_fit_a_screen_of_1280_by_720(price_desk):
    hint = price_desk.window.minimumSizeHint()
    assert hint.width() <= 1280
    assert hint.height() <= 720


def test_at_1280_by_720_every_pane_has_room_and_none_lies_over_another(desk):
    desk.window.resize(1280, 720)
    QApplication.processEvents()
    assert (desk.window.width(), desk.window.height()) == (1280, 720)
    places = {}
    for name, pane in desk.page.panes().items():
        if pane.isVisible():
            corner = pane.mapTo(desk.window, QPoint(0, 0))
            places[name] = pane.rect().translated(corner)
            assert desk.window.rect().contains(places[name]), name
            assert places[name].height() >= 60, name
            assert places[name].width() >= 200, name
    names = sorted(places)
    crossing = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if places[a].intersects(places[b])]
    assert crossing == []


def test_at_1280_by_720_the_four_models_and_their_headers_can_be_seen(desk):
    desk.window.resize(1280, 720)
    QApplication.processEvents()
    table, model = desk.room.models, desk.room.models.model()
    last = table.visualRect(model.index(model.rowCount() - 1, 0))
    assert last.bottom() <= table.viewport().height() + 2 or table.verticalScrollBar().isVisible()
    metrics = QFontMetricsF(table.horizontalHeader().font())
    for column in range(model.columnCount()):
        text = model.headerData(column, Qt.Orientation.Horizontal)
        assert metrics.horizontalAdvance(text) <= table.columnWidth(column), text


def test_handles_can_be_told_apart_where_they_stand_at_one_place(desk):
    """Train end and test start coincide without a purge: the flags point into their windows, and so does the mouse."""
    split = desk.state.split
    assert split.train.stop == split.test.start
    x = desk.plot.pixel(split.train.stop)
    from PySide6.QtCore import QPointF

    assert desk.plot.handle_at(QPointF(x - 4, 80)) is Handle.TRAIN_END
    assert desk.plot.handle_at(QPointF(x + 4, 80)) is Handle.TEST_START


def test_every_action_of_the_menus_is_a_command(empty):
    titles = {command.title for command in empty.window.commands}
    menus = [action.menu() for action in empty.window.menuBar().actions()]
    assert {action.text() for menu in menus for action in menu.actions() if not action.isSeparator()} == titles


def test_the_list_of_commands_is_named(empty):
    palette = Palette(empty.window.commands, empty.window)
    empty.qtbot.addWidget(palette)
    assert palette.line.accessibleName()
    assert isinstance(palette.list, QListWidget)
    assert palette.list.accessibleName()
