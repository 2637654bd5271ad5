"""The help pane by itself: notes, links, search, and both themes."""

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit, QTextBrowser

from outsample.catalog import MODELS
from outsample_desktop.session import Theme
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.help_pane import HelpPane
from outsample_desktop.widgets.help_text import entry_text, note_text
from outsample_resources import glossary, linked_terms, method_note

TERMS = glossary()
LINK = re.compile(r'<a href="term:([^"]+)">([^<]+)</a>')


@pytest.fixture(params=list(Theme), ids=lambda theme: theme.value)
def theme(request, qapp):
    apply_theme(qapp, request.param)
    yield request.param
    apply_theme(qapp, Theme.DARK)


@pytest.fixture
def help_pane(qtbot, theme):
    pane = HelpPane()
    qtbot.addWidget(pane)
    pane.resize(300, 600)
    pane.paint_in(colours(theme))
    with qtbot.waitExposed(pane):
        pane.show()
    pane.activateWindow()
    return pane


def shown(browser: QTextBrowser) -> str:
    return browser.toPlainText()


def click_link(browser: QTextBrowser, word: str) -> None:
    """Click on a linked word with the mouse."""
    block = browser.document().begin()
    while block.isValid():
        parts = block.begin()
        while not parts.atEnd():
            part = parts.fragment()
            if part.charFormat().isAnchor() and part.text() == word:
                cursor = browser.textCursor()
                cursor.setPosition(part.position() + 1)
                browser.setTextCursor(cursor)
                at = browser.cursorRect().center() + QPoint(2, 0)
                QTest.mouseMove(browser.viewport(), at)
                QTest.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=at)
                return
            parts += 1
        block = block.next()
    raise AssertionError(f"no link {word!r}")


# --- Texts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [entry.name for entry in MODELS])
def test_a_note_is_shown_whole_and_links_only_to_entries(help_pane, name):
    help_pane.tell_of(name)
    note, text = method_note(name), shown(help_pane.note)
    for field in ("title", "purpose", "mechanism", "signs_of_risk", "strengths", "limits", "formula"):
        for line in getattr(note, field).splitlines():
            assert line.strip() in text
    assert all(reference in text for reference in note.references)
    linked = {found.replace("%20", " ").replace("%25", "%") for found, _ in LINK.findall(note_text(name))}
    assert linked == set(note.terms)


@pytest.mark.parametrize("entry", TERMS)
def test_an_entry_is_shown_whole_and_links_to_what_it_mentions(entry):
    text = entry_text(entry)
    assert len(LINK.findall(text)) >= len(linked_terms(entry))
    plain = re.sub(r"<[^>]+>", "", text)
    for written, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(written, sign)
    assert TERMS[entry] in plain


def test_a_text_can_be_selected_by_mouse_and_by_key(help_pane):
    for browser in (help_pane.note, help_pane.glossary.text):
        flags = browser.textInteractionFlags()
        for wanted in ("TextSelectableByMouse", "TextSelectableByKeyboard", "LinksAccessibleByKeyboard"):
            assert flags & Qt.TextInteractionFlag[wanted]
        assert not flags & Qt.TextInteractionFlag.TextEditable
    help_pane.tell_of("flat-vol")
    help_pane.show_note()
    QTest.keyClick(help_pane.note, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert method_note("flat-vol").purpose in help_pane.note.textCursor().selectedText()


def test_links_are_painted_in_the_colour_of_the_theme(help_pane, theme):
    help_pane.show_entries(("verdict",))
    image = help_pane.glossary.text.viewport().grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert colours(theme).passed in seen
    assert colours(theme).panel in seen


def test_another_theme_paints_the_same_text_anew(help_pane, theme):
    help_pane.tell_of("flat-vol")
    before = shown(help_pane.note)
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    help_pane.paint_in(colours(other))
    assert shown(help_pane.note) == before
    assert colours(other).passed in help_pane.note.document().defaultStyleSheet()


def test_without_a_model_the_pane_says_what_to_do(help_pane):
    help_pane.tell_of("")
    assert "open a data set" in shown(help_pane.note)


def test_a_model_that_came_without_a_note_says_so(help_pane):
    help_pane.tell_of("my<own>model")
    assert "my<own>model came without a method note" in shown(help_pane.note)


# --- Links ----------------------------------------------------------------------------------------------------------


def test_a_link_of_a_note_leads_to_the_glossary(help_pane):
    help_pane.tell_of("relative-smile")
    help_pane.show_note()
    click_link(help_pane.note, "Regret")
    assert help_pane.tabs.currentWidget() is help_pane.glossary
    assert help_pane.glossary.entry == "regret"
    assert TERMS["regret"] in shown(help_pane.glossary.text)


def test_a_link_of_an_entry_leads_on_and_back_again(help_pane):
    pane = help_pane.glossary
    help_pane.show_entries(("regret",))
    assert not pane.back.isEnabled()
    click_link(pane.text, "contrast")
    assert pane.entry == "contrast"
    assert TERMS["contrast"] in shown(pane.text)
    QTest.mouseClick(pane.back, Qt.MouseButton.LeftButton)
    assert pane.entry == "regret"
    assert not pane.back.isEnabled()


def test_links_are_followed_by_the_keyboard(help_pane):
    help_pane.show_entries(("regret",))
    text = help_pane.glossary.text
    assert text.hasFocus()
    QTest.keyClick(text, Qt.Key.Key_Tab)
    QTest.keyClick(text, Qt.Key.Key_Return)
    assert help_pane.glossary.entry == "contrast"


def test_a_link_to_a_word_that_is_not_on_offer_offers_all_again(help_pane):
    pane = help_pane.glossary
    help_pane.show_entries(("regret", "bias"))
    assert pane.list.count() == 2
    click_link(pane.text, "contrast")
    assert pane.entry == "contrast"
    assert pane.list.count() == len(TERMS)


def test_a_name_with_signs_in_it_survives_being_a_link(help_pane):
    pane = help_pane.glossary
    for entry in TERMS:
        for target in linked_terms(entry):
            help_pane.show_entries((entry,))
            pane.follow(target)
            assert pane.entry == target
    help_pane.glossary.text.anchorClicked.emit("term:%25%20of%20premium")
    assert pane.entry == "% of premium"


def test_a_link_that_leads_outside_is_not_followed(help_pane):
    help_pane.show_entries(("regret",))
    help_pane.glossary.text.anchorClicked.emit("https://example.com/regret")
    assert help_pane.glossary.entry == "regret"


# --- Search ---------------------------------------------------------------------------------------------------------


def test_typing_narrows_the_list_and_shows_the_first_word_found(help_pane):
    help_pane.search()
    pane = help_pane.glossary
    assert pane.line.hasFocus()
    assert pane.list.count() == len(TERMS)
    QTest.keyClicks(pane.line, "n_eff")
    assert pane.entry == "effective number of observations"
    assert 0 < pane.list.count() < 15
    assert TERMS[pane.entry] in shown(pane.text)
    QTest.keyClick(pane.line, Qt.Key.Key_Down)
    assert pane.list.currentRow() == 1
    for _ in range(30):
        QTest.keyClick(pane.line, Qt.Key.Key_Down)
    assert pane.list.currentRow() == pane.list.count() - 1
    QTest.keyClick(pane.line, Qt.Key.Key_Up)
    assert pane.list.currentRow() == pane.list.count() - 2
    assert TERMS[pane.entry] in shown(pane.text)


def test_a_search_that_finds_nothing_says_so_without_alarm(help_pane):
    help_pane.search()
    pane = help_pane.glossary
    QTest.keyClicks(pane.line, "padlock")
    assert pane.list.count() == 0
    assert pane.entry == ""
    assert "No word" in shown(pane.text)
    QTest.keyClick(pane.line, Qt.Key.Key_Down)
    assert pane.entry == ""
    pane.line.clear()
    assert pane.list.count() == len(TERMS)
    assert shown(pane.text).startswith(pane.entry)


def test_some_words_are_offered_in_their_order_and_all_by_a_button(help_pane):
    pane = help_pane.glossary
    help_pane.show_entries(("verdict", "headroom", "limit"))
    assert [pane.list.item(i).text() for i in range(pane.list.count())] == ["verdict", "headroom", "limit"]
    assert pane.entry == "verdict"
    assert pane.all.isVisible()
    QTest.mouseClick(pane.all, Qt.MouseButton.LeftButton)
    assert pane.list.count() == len(TERMS)
    assert pane.entry == "verdict"
    assert not pane.all.isVisible()


def test_a_word_is_chosen_by_a_click_in_the_list(help_pane):
    help_pane.show_entries(("verdict", "headroom"))
    pane = help_pane.glossary
    at = pane.list.visualItemRect(pane.list.item(1)).center()
    QTest.mouseClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert pane.entry == "headroom"
    assert TERMS["headroom"] in shown(pane.text)


# --- Access ---------------------------------------------------------------------------------------------------------


def test_everything_in_the_pane_has_an_accessible_name_and_a_size_to_hit(help_pane):
    pane = help_pane.glossary
    for widget in (help_pane, help_pane.note, pane.text, pane.list, pane.line, pane.all, pane.back):
        assert widget.accessibleName()
    for widget in (pane.line, pane.all, pane.back):
        assert widget.minimumHeight() >= 24
    assert pane.list.visualItemRect(pane.list.item(0)).height() >= 24


def test_the_tab_key_reaches_all_of_the_glossary_and_leaves_it(help_pane):
    help_pane.show_entries(("verdict", "regret"))
    seen = []
    for _ in range(30):
        seen.append(help_pane.focusWidget())
        QTest.keyClick(help_pane.focusWidget(), Qt.Key.Key_Tab)
    kinds = (QLineEdit, QAbstractItemView, QTextBrowser, QAbstractButton)
    assert all(any(isinstance(one, kind) for one in seen) for kind in kinds)
    assert seen.count(help_pane.glossary.text) < 20


@pytest.mark.parametrize("where", ["line", "list", "text"])
def test_escape_dismisses_from_every_part(help_pane, where, qtbot):
    help_pane.search()
    part = getattr(help_pane.glossary, where)
    part.setFocus()
    with qtbot.waitSignal(help_pane.dismissed, timeout=1000):
        QTest.keyClick(part, Qt.Key.Key_Escape)


def test_escape_dismisses_from_the_note(help_pane, qtbot):
    help_pane.tell_of("flat-vol")
    help_pane.show_note()
    with qtbot.waitSignal(help_pane.dismissed, timeout=1000):
        QTest.keyClick(help_pane.note, Qt.Key.Key_Escape)
