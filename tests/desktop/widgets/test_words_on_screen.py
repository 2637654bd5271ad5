"""Words on screen lead to the glossary: every label there is, and by the glossary's own text alone."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from outsample.catalog import SCORES, Kind, models_for
from outsample.report import analyse
from outsample.study import Workspace
from outsample.verdict import Status
from outsample.windows import default_split
from outsample_desktop.page import Page
from outsample_desktop.resolve import resolve
from outsample_desktop.resolve.views import VerdictView
from outsample_desktop.session import Room, State, Theme
from outsample_desktop.theme import apply_theme, colours
from outsample_desktop.widgets.chooser import Chooser
from outsample_desktop.widgets.header import Header
from outsample_desktop.widgets.verdict_pane import VerdictPane
from outsample_desktop.widgets.words_on_screen import entries_found, pane_entries, tip, words_explained
from outsample_resources import glossary

TERMS = glossary()


def whole_page(qtbot):
    """Return a page with all of its rooms."""
    page = Page()
    qtbot.addWidget(page)
    for room in Room:
        page.room_of(room)
    return page


@pytest.fixture
def views(market):
    """What is shown under each score, with one model that is judged and one that judges."""
    made = []
    for item in SCORES:
        data = market.quotes if item.kind is Kind.OPTIONS else market.prices
        models = models_for(item.kind, item.score.name)
        names = tuple(one.name for one in models if one.benchmark)[:1] + tuple(one.name for one in models)[:1]
        for active in names:
            split = default_split(data.times)
            state = State(split=split, models=names, active=active, score=item.score.name)
            made.append(resolve(state, analyse(Workspace(data), split, item.score.name, names), 1.0))
    return made


def test_every_label_of_the_verdict_and_every_column_is_explained(views):
    labels = {label for view in views for label, _ in view.verdict.facts}
    labels |= {header for view in views for header in view.models.headers}
    labels |= {status.value for status in Status}
    assert len(labels) > 20
    assert {label for label in labels if not words_explained(label)} == set()


def test_every_choice_of_a_loss_a_scheme_or_a_view_is_explained(qtbot):
    header, page = Header(), whole_page(qtbot)
    qtbot.addWidget(header)
    choosers = header.findChildren(Chooser) + page.findChildren(Chooser)
    offered = [chooser for chooser in choosers if chooser.count() > 1]
    choices = [chooser.itemText(row) for chooser in offered for row in range(chooser.count())]
    choices += [item.title for item in SCORES]
    assert len(choices) > 20
    assert [choice for choice in choices if not words_explained(choice)] == []


@pytest.mark.parametrize("is_options", [True, False])
def test_every_pane_and_every_table_is_explained(qtbot, is_options):
    page = whole_page(qtbot)
    assert len(page.rooms) == len(Room)
    for name in (*page.panes(), *page.room.tables):
        entries = pane_entries(name, is_options)
        assert entries
        assert set(entries) <= set(TERMS)


@pytest.mark.parametrize(
    ("label", "entries"),
    [
        ("times, effective", ("effective number of observations", "unit of inference")),
        ("limit, headroom", ("headroom", "limit")),
        ("detectable (80 %)", ("minimum detectable effect", "power")),
        ("Regret", ("regret",)),
        ("n eff", ("effective number of observations",)),
        ("bias [vol pts]", ("bias", "vol points")),
        ("Implied vol, RMSE [vol pts]", ("RMSE", "vol points", "implied vol")),
        ("VaR 99 %, pinball [%]", ("pinball loss", "value at risk")),
        ("delta", ("call-equivalent delta",)),  # the axis, not the entry Delta
        ("2025-03-01", ()),
        ("", ()),
    ],
)
def test_a_label_leads_to_its_entries_the_most_telling_first(label, entries):
    assert words_explained(label) == entries


def test_the_panes_the_user_asks_about_are_called_by_their_names():
    first = {name: pane_entries(name, True)[0] for name in ("decay", "surface", "smile", "term", "verdict")}
    assert first == {
        "decay": "decay",
        "surface": "error surface",
        "smile": "smile",
        "term": "term structure",
        "verdict": "verdict",
    }
    assert "regime" in pane_entries("timeline", True)
    assert pane_entries("surface", False)[0] == "loss by regime"


def test_a_tip_is_the_text_of_the_glossary():
    assert TERMS["regret"] in tip(("regret",))
    assert tip(()) == ""
    assert "95 % interval" in tip(("95 % interval", "bias"))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("n_eff", "effective number of observations"),
        ("N EFF", "effective number of observations"),
        ("detectable", "minimum detectable effect"),
        ("in sample", "in-sample"),
        ("surface error", "error surface"),
        ("vol pts", "vol points"),
        ("padlock", None),
    ],
)
def test_a_search_finds_names_labels_and_texts_in_this_order(typed, first):
    found = entries_found(typed)
    assert (found[0] if found else None) == first
    assert len(set(found)) == len(found)


def test_nothing_typed_finds_the_whole_glossary_in_its_order():
    assert entries_found(" ") == tuple(TERMS)


# --- Where the words of the verdict stand ---------------------------------------------------------------------------


def painted(pane: QWidget, view: VerdictView):
    pane.render_view(view)
    image = pane.grab().toImage()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


@pytest.fixture
def pane(qtbot, qapp):
    apply_theme(qapp, Theme.DARK)
    pane = VerdictPane()
    qtbot.addWidget(pane)
    pane.paint_in(colours(Theme.DARK))
    return pane


def centre_of_change(pane: QWidget, one: VerdictView, other: VerdictView) -> QPoint:
    """Return the middle of what two views paint differently."""
    rows, columns = np.nonzero(painted(pane, one) != painted(pane, other))
    assert rows.size
    return QPoint(int(columns.min() + columns.max()) // 2, int(rows.min() + rows.max()) // 2)


def word_at(pane: QWidget, view: VerdictView, at: QPoint) -> str:
    painted(pane, view)
    return pane.word_at(at)


OTHER_DIGITS = str.maketrans("0123456789–", "5678901234=")


@pytest.mark.parametrize("width", [980, 1280, 1700])
def test_the_label_under_the_mouse_is_the_one_that_is_painted_there(pane, typical, typical_of_prices, width):
    for view in (typical.verdict, typical_of_prices.verdict):
        pane.resize(width, pane.height())
        assert len(view.facts) > 2
        for i, (label, value) in enumerate(view.facts):
            blank = replace(view, facts=(*view.facts[:i], ("", value), *view.facts[i + 1 :]))
            at = centre_of_change(pane, view, blank)
            assert word_at(pane, view, at) == label
            other = value.translate(OTHER_DIGITS)  # as wide as before: where columns stand depends on that
            changed = replace(view, facts=(*view.facts[:i], (label, other), *view.facts[i + 1 :]))
            at = centre_of_change(pane, view, changed)
            assert word_at(pane, view, at) == label


def test_the_verdict_and_its_effect_are_found_where_they_are_painted(pane, typical):
    view = replace(typical.verdict, status=Status.WATCH, effect="1.20× (1.01× … 1.40×)")
    pane.resize(1280, pane.height())
    assert word_at(pane, view, centre_of_change(pane, view, replace(view, effect=""))) == "vs benchmark"
    other = replace(view, status=Status.FAIL, effect="", model="", facts=())
    assert word_at(pane, view, centre_of_change(pane, replace(other, status=Status.WATCH), other)) == "Watch"
    failed = replace(view, status=None, effect="", facts=())
    assert word_at(pane, failed, QPoint(60, 24)) == "Verdict"
    assert word_at(pane, failed, QPoint(1200, 20)) == ""
