"""Find a command by typing a part of its name."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from outsample_desktop.commands.registry import Command

__all__ = ["Palette", "matches"]

_ARROWS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down)


def matches(title: str, typed: str) -> bool:
    """Whether the letters typed appear in the title in their order."""
    letters = iter(title.lower())
    return all(letter in letters for letter in typed.lower() if letter != " ")


class Palette(QDialog):
    """A list of commands that shrinks while one types; Return runs the chosen one.

    Parameters
    ----------
    commands : tuple of Command
    """

    def __init__(self, commands: tuple[Command, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self.setMinimumWidth(420)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands = commands
        self.line = QLineEdit()
        self.line.setPlaceholderText("type a part of its name")
        self.line.setAccessibleName("Find a command")
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        layout = QVBoxLayout(self)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.line.textChanged.connect(self._filter)
        self.line.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _item: self._run())
        self.line.installEventFilter(self)
        self._filter("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows choose while one types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ARROWS:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
            return True
        return super().eventFilter(watched, event)

    def _filter(self, typed: str) -> None:
        self.list.clear()
        for command in self._commands:
            if matches(f"{command.menu} {command.title}", typed):
                keys = f"    {command.shortcut}" if command.shortcut else ""
                item = QListWidgetItem(f"{command.menu}: {command.title}{keys}")
                item.setData(Qt.ItemDataRole.UserRole, command.name)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        name = item.data(Qt.ItemDataRole.UserRole)
        self.accept()
        next(command for command in self._commands if command.name == name).run()
