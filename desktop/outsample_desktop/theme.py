"""Colours by role, light and dark; every other module asks for a role and never for a colour.

Status colours keep a CIEDE2000 distance of 22 or more under the common colour-vision deficiencies, and each status
also has a word and a shape. Train is solid, purge hatched, test outlined. One hue per model.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from outsample_desktop.session import Theme

__all__ = ["Colours", "apply_theme", "colours", "small_font"]


@dataclass(frozen=True, slots=True)
class Colours:
    """Named roles of one theme, as hex text.

    Parameters
    ----------
    window, panel, raised : str
        Backgrounds, from the outermost to the topmost.
    text, muted, line, tick : str
        Text, secondary text, frames, and the opaque dim pen of axis ticks.
    accent : str
        Handles, focus rings and selection.
    price : str
        Price curve.
    train, test, purge : str
        Washes over the timeline.
    calm, normal, stressed, unseen : str
        Regime bands.
    passed, watch, fail, unknown : str
        Status.
    low, middle, high : str
        Diverging scale of signed values; `middle` is exactly zero.
    models : tuple of str
        One hue per model, in catalogue order.
    """

    window: str
    panel: str
    raised: str
    text: str
    muted: str
    line: str
    tick: str
    accent: str
    price: str
    train: str
    test: str
    purge: str
    calm: str
    normal: str
    stressed: str
    unseen: str
    passed: str
    watch: str
    fail: str
    unknown: str
    low: str
    middle: str
    high: str
    models: tuple[str, ...]


DARK: Final = Colours(
    window="#101318",
    panel="#15181d",
    raised="#1e232b",
    text="#e6e9ee",
    muted="#98a2b0",
    line="#2c333d",
    tick="#262c35",
    accent="#ffffff",
    price="#c9d1dc",
    train="#1d2a38",
    test="#15181d",
    purge="#4a4f58",
    calm="#2f6379",
    normal="#566172",
    stressed="#a87333",
    unseen="#a83f6d",
    passed="#56b4e9",
    watch="#f2c14e",
    fail="#e0457b",
    unknown="#98a2b0",
    low="#3f8fd2",
    middle="#f4f5f7",
    high="#e8863a",
    models=(
        *("#9aa5b5", "#7fc97f", "#f0a05a", "#4fc3c7", "#b79cf0", "#e58fb0", "#c9c35a", "#8fb8ff"),
        *("#ff8f7a", "#a5d93f", "#4f9fd8", "#f27be6", "#e2bd86", "#4fd493", "#c08860", "#a3dbe8"),
        *("#a04dff", "#1e8769", "#698700", "#f00f00"),
    ),
)

LIGHT: Final = Colours(
    window="#eef0f3",
    panel="#ffffff",
    raised="#f4f6f8",
    text="#1b2027",
    muted="#5a6472",
    line="#cfd5dd",
    tick="#e4e8ed",
    accent="#10151c",
    price="#3b4654",
    train="#e3ecf5",
    test="#ffffff",
    purge="#b9bfc8",
    calm="#8fc3dc",
    normal="#bcc4ce",
    stressed="#e3a94f",
    unseen="#d2799f",
    passed="#1f6fb4",
    watch="#a87b00",
    fail="#8e0e35",
    unknown="#5a6472",
    low="#2f78bd",
    middle="#ffffff",
    high="#d5701f",
    models=(
        *("#66717f", "#2f8f3a", "#c8651b", "#0e8a8f", "#7650c8", "#b8447a", "#857f12", "#3868c8"),
        *("#c0392b", "#5a8f00", "#1673a8", "#c21fc2", "#946419", "#008f5a", "#7d4a26", "#3f8296"),
        *("#2430b0", "#2d4b1e", "#4b3c00", "#5a2d5a"),
    ),
)


def colours(theme: Theme) -> Colours:
    """Return the roles of a theme."""
    return DARK if theme is Theme.DARK else LIGHT


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Set Fusion style and palette; no style sheets, so that a change repaints and nothing is polished anew."""
    role = colours(theme)
    application.setStyle("Fusion")
    palette = QPalette()
    kinds = QPalette.ColorRole
    for kind, name in (
        (kinds.Window, role.window),
        (kinds.Base, role.panel),
        (kinds.AlternateBase, role.raised),
        (kinds.Button, role.raised),
        (kinds.ToolTipBase, role.raised),
        (kinds.WindowText, role.text),
        (kinds.Text, role.text),
        (kinds.ButtonText, role.text),
        (kinds.ToolTipText, role.text),
        (kinds.PlaceholderText, role.muted),
        (kinds.Highlight, role.passed),
        (kinds.HighlightedText, role.window),
        (kinds.Mid, role.line),
        (kinds.Dark, role.line),
        (kinds.Light, role.line),
        (kinds.Link, role.passed),
    ):
        palette.setColor(kind, QColor(name))
    for kind in (kinds.WindowText, kinds.Text, kinds.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, kind, QColor(role.muted))
    application.setPalette(palette)


@cache
def small_font(points: float = 8.5, bold: bool = False) -> QFont:
    """Return the application font at a size, with figures of one width where the font has them."""
    font = QFont(QApplication.font())
    font.setPointSizeF(points)
    font.setBold(bold)
    return font
