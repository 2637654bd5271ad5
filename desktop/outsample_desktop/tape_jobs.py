"""Calibrations in the background: one process at a time, which may be cancelled, killed or crash, and harms nothing.

A process and no thread, because a calibration is minutes of Python between short kernels, which would take the
interpreter from the drag. What is made is written whole or not at all and then read from the store, so that it does
not matter how a process ends.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal

from outsample_desktop.background_process import BackgroundProcess, Broke, how_it_ended
from outsample_desktop.tape_worker import Kept, Progress, Refused, TapeOrder, Work, calibrate_in_background

__all__ = ["TapeJobs"]

_GRACE_AT_CLOSE: Final = 0.3  # seconds that a process gets to end by itself


class _Job:
    """One order on its way."""

    def __init__(self, order: TapeOrder, work: Work) -> None:
        self.order = order
        self.share = 0.0
        self.ending: object = None
        self.process = BackgroundProcess(work, order)


class TapeJobs(QObject):
    """Carries out orders in the order they came.

    Parameters
    ----------
    work : callable
        What the process does.

    Signals
    -------
    progressed(TapeOrder, float), kept(TapeOrder), failed(TapeOrder, str), broke(TapeOrder, str), ended(TapeOrder)
        Told on the GUI thread; `ended` comes last, however it ended.
    """

    progressed = Signal(object, float)
    kept = Signal(object)
    failed = Signal(object, str)
    broke = Signal(object, str)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None, work: Work = calibrate_in_background) -> None:
        super().__init__(parent)
        self._work = work
        self._line = ThreadPoolExecutor(1, thread_name_prefix="calibrate")
        self._jobs: list[_Job] = []
        self.ended.connect(self._forget)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)  # however it ends: the thread of a process is waited for

    def build(self, order: TapeOrder) -> None:
        """Carry out an order as soon as those before it are done; one that is under way already is not doubled."""
        if self.find(order) is None:
            job = _Job(order, self._work)
            self._jobs.append(job)
            self._line.submit(self._run, job)

    def find(self, order: TapeOrder) -> float | None:
        """Return how far an order is, 0..1; None where it is not under way, or only about to end."""
        wanted = (job for job in self._jobs if not job.process.is_over)
        return next((job.share for job in wanted if job.order.is_like(order)), None)

    @property
    def orders(self) -> tuple[TapeOrder, ...]:
        """What is under way and what waits, in order."""
        return tuple(job.order for job in self._jobs)

    def cancel(self) -> None:
        """Give up everything under way."""
        for job in self._jobs:
            job.process.end()

    def close(self) -> None:
        """Give up everything, and leave no process behind."""
        for job in self._jobs:
            job.process.end(_GRACE_AT_CLOSE)
        self._line.shutdown(wait=True)

    def process_id(self) -> int | None:
        """Return the number of the process that runs, or None."""
        return next((job.process.process_id for job in self._jobs if job.process.process_id is not None), None)

    def _forget(self, order: TapeOrder) -> None:
        self._jobs = [job for job in self._jobs if job.order is not order]

    # ------------------------------------------------------------------ off the GUI thread

    def _run(self, job: _Job) -> None:
        try:
            if not job.process.is_over:
                self._see_through(job)
        finally:
            self.ended.emit(job.order)

    def _see_through(self, job: _Job) -> None:
        """Start a process, listen to it until it is gone, and say how it ended."""
        try:
            code = job.process.see_through(lambda message: self._take(job, message))
        except OSError as error:
            sentence = f"a calibration needs a process of its own, found none to be had ({error}); close something"
            self.failed.emit(job.order, sentence)
            return
        self._tell_end(job, code)

    def _take(self, job: _Job, message: object) -> None:
        if isinstance(message, Progress):
            job.share = message.share
            self.progressed.emit(job.order, message.share)
        else:
            job.ending = message

    def _tell_end(self, job: _Job, code: int | None) -> None:
        match job.ending:
            case Kept():
                self.kept.emit(job.order)
            case Refused(sentence):
                self.failed.emit(job.order, sentence)
            case Broke(trace):
                self.broke.emit(job.order, trace)
            case _ if not job.process.is_over:
                self.failed.emit(job.order, _lost(job, code))


def _lost(job: _Job, code: int | None) -> str:
    return (
        f"the calibrations of {job.order.title} need their process to the end, found it gone at "
        f"{100.0 * job.share:.0f} % ({how_it_ended(code)}); nothing else is lost: start them again"
    )
