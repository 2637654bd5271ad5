"""Cells of one size side by side, each filled by its value."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QRegion

from outsample.typing import Floats
from outsample_desktop.theme import Colours
from outsample_desktop.widgets.colour_scale import ColourScale

__all__ = ["CellGrid", "Place", "hatch"]

_SMALL: Final = 5.0  # pixels

Place = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class CellGrid:
    """Rows and columns, both at least one, over an area; the first row on top.

    Parameters
    ----------
    area : QRectF
    rows, columns : int
    """

    area: QRectF
    rows: int
    columns: int

    def cell(self, row: int, column: int) -> QRectF:
        """Return the pixels of a cell."""
        width, height = self.area.width() / self.columns, self.area.height() / self.rows
        return QRectF(self.area.left() + column * width, self.area.top() + row * height, width, height)

    def at(self, position: QPointF) -> tuple[int, int] | None:
        """Return row and column under a position, or None."""
        if not self.area.contains(position):
            return None
        down, across = position.y() - self.area.top(), position.x() - self.area.left()
        row, column = int(down / self.area.height() * self.rows), int(across / self.area.width() * self.columns)
        return min(row, self.rows - 1), min(column, self.columns - 1)

    def places(self) -> Iterator[tuple[int, int, Place]]:
        """Yield row, column and (left, top, width, height) of each cell: whole pixels, one left free between cells.

        Where cells are small none is left free, or there would be little but lines.
        """
        area = self.area
        beside = 1 if area.width() >= _SMALL * self.columns else 0
        below = 1 if area.height() >= _SMALL * self.rows else 0
        across = [round(area.left() + place * area.width() / self.columns) for place in range(self.columns + 1)]
        down = [round(area.top() + place * area.height() / self.rows) for place in range(self.rows + 1)]
        for row, (top, bottom) in enumerate(pairwise(down)):
            for column, (left, right) in enumerate(pairwise(across)):
                yield row, column, (left, top, right - left - beside, bottom - top - below)

    def fill(
        self,
        painter: QPainter,
        values: Floats,
        scale: ColourScale,
        role: Colours,
        where: QRegion,
        is_blank: bool = False,
    ) -> Iterator[tuple[int, int, Place]]:
        """Fill each cell of a region as it comes; hatch those without a value, yield the others to be written in.

        Parameters
        ----------
        values : (rows, columns) array
        is_blank : bool
            Cells without a value are left as they are: there never could be one.

        Yields
        ------
        row, column, (left, top, width, height)
            As of `places`; the pen then reads well on the cell.
        """
        missing, raised, of_cell = hatch(role), QColor(role.raised), values.tolist()
        for row, column, (left, top, width, height) in self.places():
            if where.intersects(QRect(left, top, width, height)):
                value = of_cell[row][column]
                if value != value:
                    if is_blank:
                        continue
                    painter.fillRect(left, top, width, height, raised)
                    painter.fillRect(left, top, width, height, missing)
                    continue
                fill, ink = scale.colours(value)
                painter.fillRect(left, top, width, height, fill)
                painter.setPen(ink)
                yield row, column, (left, top, width, height)


def hatch(role: Colours) -> QBrush:
    """Return the pattern of what is not known, or of too little."""
    return QBrush(QColor(role.purge), Qt.BrushStyle.BDiagPattern)
