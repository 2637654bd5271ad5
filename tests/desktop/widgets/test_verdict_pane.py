"""The figures of the verdict can be read beside the help as without it."""

from dataclasses import replace

import pytest

from outsample_desktop.session import Theme
from outsample_desktop.theme import colours
from outsample_desktop.widgets import verdict_pane as module
from outsample_desktop.widgets.lettering import width_of
from outsample_desktop.widgets.verdict_pane import VerdictPane


@pytest.fixture
def written_at(qtbot, typical, monkeypatch):
    """Return the function from a width in pixels and other facts to the words of the pane with where they begin."""

    def find(width, **other):
        pane, words = VerdictPane(), []
        qtbot.addWidget(pane)
        pane.paint_in(colours(Theme.DARK))
        pane.render_view(replace(typical.verdict, **other))
        pane.resize(width, pane.height())

        def note(_, left, top, text, points, bold=False):
            words.append((top, left, left + width_of(text, points, bold), text))
            return width_of(text, points, bold)

        monkeypatch.setattr(module, "write", note)
        pane.grab()
        monkeypatch.undo()
        return words

    return find


@pytest.mark.parametrize("width", [908, 1000, 1214, 1850])
def test_no_figure_is_cut_and_none_runs_into_the_next(written_at, typical, width):
    words = written_at(width, effect="0.93× (0.53× … 1.62×)", model="Heston, state refit")
    shown = {text for *_, text in words}
    assert {value for _, value in typical.verdict.facts} <= shown
    for line in {top for top, *_ in words}:
        ends = sorted((left, right) for top, left, right, _ in words if top == line)
        assert all(right <= left for (_, right), (left, _) in zip(ends, ends[1:], strict=False))
        assert ends[-1][1] <= width


def test_a_pane_without_facts_says_its_word(written_at):
    assert any(text == "Flat vol" for *_, text in written_at(700, facts=(), model="Flat vol"))
