"""Where the words of the verdict stand in its pane, for what asks about the one under the mouse."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetricsF

from outsample_desktop.resolve.views import VerdictView
from outsample_desktop.theme import small_font

__all__ = ["verdict_word_at"]

_WORD_FROM, _BESIDE_WORD, _BESIDE_EFFECT, _BESIDE_MODEL = 44.0, 14.0, 12.0, 24.0  # as `VerdictPane` paints them
_SECOND_ROW = 31.0


def verdict_word_at(view: VerdictView, width: int, at: QPoint) -> str:
    """Return the label at a point of the verdict pane: the verdict itself, its effect, a fact, or nothing.

    Parameters
    ----------
    view : VerdictView
        What the pane shows.
    width : int
        Pixels across the pane.
    at : QPoint
    """
    word = view.status.value if view.status else "Cannot be judged"
    ends = _WORD_FROM + QFontMetricsF(small_font(15, bold=True)).horizontalAdvance(word)
    if at.x() < ends and at.y() < _SECOND_ROW + 6.0:
        return word if view.status else "Verdict"
    effect = QFontMetricsF(small_font(13)).horizontalAdvance(view.effect)
    model = QFontMetricsF(small_font(10)).horizontalAdvance(view.model)
    ends += _BESIDE_WORD + effect
    left = max(ends + _BESIDE_EFFECT + model + _BESIDE_MODEL, 0.46 * width)
    if view.effect and at.x() < ends and at.y() < _SECOND_ROW + 6.0:
        return "vs benchmark"
    room = width - left - 8.0
    if not view.facts or at.x() < left or room <= 0.0:
        return ""
    columns = (len(view.facts) + 1) // 2
    column = int((at.x() - left) * columns / room)
    place = column + columns * (at.y() >= _SECOND_ROW)
    return view.facts[place][0] if column < columns and place < len(view.facts) else ""
