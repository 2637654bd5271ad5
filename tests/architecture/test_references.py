"""PySide6 6.12.0 takes a reference off None and True in every call, and Python 3.11 aborts when they run out.

The pin in pyproject.toml must not be lifted before these pass with the newer version on Python 3.11, where None and
True still have a reference count (from 3.12 on they are immortal, and the tests cannot fail).
"""

import sys

from PySide6.QtCore import QObject, QTimer, Signal

ROUNDS = 1_000
TOLERANCE = 10  # the loop and the interpreter itself move the count by a few


class Sender(QObject):
    sent = Signal(int)


def test_emitting_a_signal_costs_no_reference_to_true(qapp):
    sender = Sender()
    sender.sent.connect(lambda value: None)
    none, true = sys.getrefcount(None), sys.getrefcount(True)
    for i in range(ROUNDS):
        sender.sent.emit(i)
    assert abs(sys.getrefcount(True) - true) < TOLERANCE
    assert abs(sys.getrefcount(None) - none) < TOLERANCE


def test_a_call_that_returns_nothing_costs_no_reference_to_none(qapp):
    timer = QTimer()
    none = sys.getrefcount(None)
    for _ in range(ROUNDS):
        timer.start(1_000)
    timer.stop()
    assert abs(sys.getrefcount(None) - none) < TOLERANCE
