"""Make the picture of the README anew: the sample market in a real window, without a screen.

Run as ``python packaging/screenshot.py`` with the project installed.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from outsample_desktop.export import save_picture
from outsample_desktop.main_window import MainWindow
from outsample_desktop.sources import SAMPLE

TARGET = Path(__file__).resolve().parent.parent / "resources" / "outsample_resources" / "pictures" / "overview.png"


def main() -> int:
    """Open, wait for the numbers, save, and return the exit code."""
    application = QApplication(sys.argv)
    window = MainWindow()
    window.resize(1440, 900)
    window.show()
    loop = QEventLoop()
    window.painted.connect(lambda _answer: QTimer.singleShot(200, loop.quit))
    QTimer.singleShot(60_000, loop.quit)
    window.open(SAMPLE)
    loop.exec()
    window.session.update(cell=31)
    loop.exec()
    TARGET.parent.mkdir(exist_ok=True)
    save_picture(window.centralWidget(), replace(window.session.state, dragging=False), TARGET)
    QImage(str(TARGET)).save(str(TARGET), "PNG", 0)  # as small as can be; the picture is part of the package
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
    window.close()
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
