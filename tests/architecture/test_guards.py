"""The guards of tests/conftest.py bite: a session of tests that misbehave, and of tests that do not."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]

SESSION = textwrap.dedent("""
    import logging, threading, warnings
    import hypothesis, pytest
    import pyqtgraph
    from hypothesis import strategies
    from PySide6.QtCore import QThread, QTimer, QVariantAnimation, qWarning
    from PySide6.QtWidgets import QWidget

    KEPT, RELEASE = [], threading.Event()

    @pytest.fixture(scope="module", autouse=True)
    def end_what_leaked():
        yield
        RELEASE.set()
        for thing in KEPT:
            if isinstance(thing, QThread):
                thing.quit()
                thing.wait()

    @pytest.fixture
    def plot(qtbot):
        widget = pyqtgraph.PlotWidget()
        qtbot.addWidget(widget)
        return widget

    def test_failure_is_a_skip_for_an_unknown_reason():
        pytest.skip("no time today")

    def test_failure_is_a_python_warning():
        warnings.warn("careful")

    def test_failure_is_a_qt_warning(qtbot):
        qWarning("careful")

    def test_failure_is_an_exception_in_a_slot(qtbot):
        timer = QTimer()
        timer.timeout.connect(lambda: 1 / 0)
        timer.setSingleShot(True)
        with qtbot.waitSignal(timer.timeout):
            timer.start(0)

    def test_error_is_a_logged_warning():
        logging.getLogger("outsample").warning("careful")

    def test_error_is_a_window_left_open(qtbot):
        KEPT.append(QWidget())
        KEPT[-1].show()

    def test_error_is_a_running_timer(qtbot):
        KEPT.append(QTimer())
        KEPT[-1].start(1000)

    def test_error_is_a_running_animation(qtbot):
        KEPT.append(QVariantAnimation(startValue=0.0, endValue=1.0, loopCount=-1))
        KEPT[-1].start()

    def test_error_is_a_running_qt_thread(qtbot):
        KEPT.append(QThread())
        KEPT[-1].start()

    def test_error_is_a_running_python_thread(qtbot):
        threading.Thread(target=RELEASE.wait, args=(60,)).start()

    def test_skipped_for_lack_of_data(real_data):
        real_data("nowhere/nothing.csv")

    def test_passed_with_a_warning_that_was_expected(caplog):
        logging.getLogger("outsample").warning("careful")
        assert caplog.messages == ["careful"]
        caplog.clear()

    def test_passed_with_a_plot_that_is_closed(plot, qtbot):
        with qtbot.waitExposed(plot):
            plot.show()
        plot.plot([1, 2, 3])

    def test_passed_with_a_permitted_qt_message(qtbot):
        qWarning("This plugin does not support propagateSizeHints()")

    @hypothesis.given(strategies.integers())
    def test_passed_with_generated_examples(number):
        assert number == number

    @pytest.mark.slow
    def test_absent_because_it_is_slow():
        raise AssertionError
""")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Outcome of each test of the session above, by name."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "tests" / "core").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copy(ROOT / "tests" / "conftest.py", root / "tests")
    (root / "tests" / "core" / "test_session.py").write_text(SESSION, encoding="utf-8")
    report = root / "report.xml"
    environment = {name: value for name, value in os.environ.items() if name != "OUTSAMPLE_DATA"}
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", f"--junit-xml={report}"]
    answer = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert report.exists(), answer.stdout + answer.stderr
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        found[case.get("name", "")] = next((child.tag for child in case if child.tag != "system-out"), "passed")
    return found


def test_every_guard_bites_and_no_guard_bites_the_innocent(outcomes):
    expected = {name: name.split("_")[1] for name in outcomes}
    assert outcomes == expected
    assert len(outcomes) == SESSION.count("def test_") - SESSION.count("@pytest.mark.slow")
