"""How regimes are found, from the command line: what is typed decides, is written down, and opens in the window."""

import json
from math import isclose

import pytest

from outsample.case_parameters import CaseParameters
from outsample.io import read_store
from outsample.regimes import DrawnRegime, Regime, RegimeMethod, RegimeSettings
from outsample.report import analyse
from outsample.report.csv_file import write_table
from outsample.report.tables import losses_table, studies_table
from outsample.study import Workspace
from outsample.typing import DAY
from outsample.windows import default_split, iso
from outsample_desktop.case_file import read_case

MODEL = ("--model", "ewma-variance")


@pytest.fixture
def evaluated(call, small, tmp_path):
    """Return a function that evaluates prices, or a case, into a folder and gives it back with what was said."""

    def run(*more, data=None, name="out"):
        data, models = (small.prices, MODEL) if data is None else (data, ())
        answer = call("evaluate", data, *models, *more, "--out", tmp_path / name, "--no-pictures")
        assert answer.code == 0, answer
        return tmp_path / name, answer

    return run


@pytest.fixture
def events(small, tmp_path):
    """Return a file of two events in the data, and the spans that they are."""
    first = int(read_store(small.prices).dataset.times[0]) // DAY * DAY
    spans = (
        DrawnRegime(first + 20 * DAY, first + 25 * DAY, Regime.STRESSED, "flood"),
        DrawnRegime(first + 90 * DAY, first + 100 * DAY, Regime.CALM, "truce"),
    )
    rows = [f"{_days(one)},{one.regime.name.lower()},{one.name}" for one in spans]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(["start,stop,regime,name", *rows]), encoding="utf-8")
    return path, spans


def _days(span):
    """Return first and last day as a calendar has them."""
    return f"{iso(span.start)[:10]}Z,{iso(span.stop - 1)[:10]}Z"


def parameters_of(path):
    return read_case(path)[0].parameters


def test_every_method_can_be_typed_and_is_named_in_the_help(call, evaluated):
    told = " ".join(call("evaluate", "--help").out.replace("-\n", "-").split()).replace("- ", "-")
    for method in RegimeMethod:
        assert method.value in told
        folder, answer = evaluated("--regimes", method.value)
        assert answer.err == ""
        assert parameters_of(folder / "case.json") == CaseParameters(regimes=RegimeSettings(method=method))


def test_the_numbers_are_those_of_the_library_under_the_same_settings(evaluated, small, events, tmp_path):
    path, spans = events
    typed = ("--regimes", "jump-model", "--states", "3", "--jump-penalty", "2.5", "--events", path)
    folder, answer = evaluated(*typed)
    assert answer.err == ""
    assert "3 states, jump costs 2.5, regimes by jump model, 2 spans marked by hand" in answer.out
    settings = RegimeSettings(states=3, jump_penalty=2.5, method=RegimeMethod.JUMP_MODEL, drawn=spans)
    chosen = CaseParameters(regimes=settings)
    data = read_store(small.prices).dataset
    expected = analyse(Workspace(data), default_split(data.times), "qlike", ("ewma-variance",), None, chosen)
    assert isclose(expected.regimes.penalty, 2.5)
    for table in (studies_table(expected), losses_table(expected)):
        write_table(table, tmp_path / "expected.csv", {})
        assert (folder / f"{table.name}.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    facts = json.loads((folder / "studies.csv.json").read_text(encoding="utf-8"))["case_parameters"]
    facts.pop("changed")
    assert CaseParameters.from_plain(facts) == (chosen, ())


def test_a_case_keeps_them_and_what_is_typed_goes_before_it(evaluated, events):
    path, spans = events
    typed = ("--regimes", "hidden-markov-student", "--states", "3", "--events", path)
    first, _ = evaluated(*typed, name="one")
    again, answer = evaluated(data=first / "case.json", name="two")
    assert answer.err == ""
    assert (again / "case.json").read_bytes() == (first / "case.json").read_bytes()
    other, _ = evaluated("--states", "4", data=first / "case.json", name="three")
    expected = RegimeSettings(states=4, method=RegimeMethod.STUDENT_STATES, drawn=spans)
    assert parameters_of(other / "case.json").regimes == expected
    back, _ = evaluated("--regimes", "change-points", data=first / "case.json", name="four")
    assert parameters_of(back / "case.json").regimes == RegimeSettings(states=3, drawn=spans)


def test_events_take_the_place_of_those_of_the_case_and_say_so(evaluated, events, tmp_path):
    path, (flood, truce) = events
    first, _ = evaluated("--events", path, name="one")
    fewer = tmp_path / "fewer.csv"
    fewer.write_text(
        f"start,stop,regime,name\n{_days(truce)},calm,truce\n1970-01-01Z,1970-01-01Z,calm,long ago\n",
        encoding="utf-8",
    )
    second, answer = evaluated("--events", fewer, data=first / "case.json", name="two")
    drawn = parameters_of(second / "case.json").regimes.drawn
    assert drawn == (truce, DrawnRegime(0, DAY, Regime.CALM, "long ago"))
    assert flood not in drawn
    told = answer.complaint
    assert "2 events of fewer.csv marked. 1 outside the history. 1 that the case has marked" in told


def test_a_picture_is_made_under_them_and_opens_as_the_view_it_came_from(call, small, events, tmp_path):
    path, spans = events
    typed = ("--regimes", "hidden-markov-gaussian", "--events", path)
    assert call("evaluate", small.prices, *MODEL, *typed, "--out", tmp_path / "out").code == 0
    expected = RegimeSettings(method=RegimeMethod.GAUSSIAN_STATES, drawn=spans)
    assert parameters_of(tmp_path / "out" / "overview.png").regimes == expected


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--regimes", "hmm"), "--regimes must be one of change-points, hidden-markov-gaussian, hidden-markov-student"),
        (("--regimes", ""), "--regimes must be one of"),
        (("--regimes", "jump-model", "--states", "1"), "--states must be a whole number from 2 to 4 states, found '1'"),
        (("--regimes", "jump-model", "--states", "2.5"), "found '2.5'; the default is 2"),
        (("--regimes", "jump-model", "--jump-penalty", "-1"), "--jump-penalty must be a number from 0 to 1000"),
        (("--regimes", "jump-model", "--jump-penalty", "nan"), "--jump-penalty must be a number from 0 to 1000"),
        (("--states", "3"), "--states needs regimes found by hidden-markov-gaussian or hidden-markov-student or "),
        (("--jump-penalty", "3"), "--jump-penalty needs regimes found by jump-model, found change-points; leave it"),
        (("--regimes", "hidden-markov-student", "--jump-penalty", "3"), "found hidden-markov-student; leave it out"),
        (("--regimes", "jump-model", "--penalty", "3"), "--penalty needs regimes found by change-points, found jump-m"),
        (("--events", "gone.csv"), "gone.csv"),
        (("--events", ""), "a data file is required"),
        (("--events", "."), "folder"),
        (("--events", "a\0b.csv"), "outsample: "),
        (("--events",), "--events"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_what_cannot_be_is_one_line_and_writes_nothing(refused, small, tmp_path, arguments, cause):
    assert cause in refused("evaluate", small.prices, *MODEL, "--out", tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()


def test_an_option_without_effect_is_refused_before_the_data_are_read(refused, tmp_path):
    assert "--states needs" in refused("evaluate", tmp_path / "gone.parquet", "--states", "3", "--json")


def test_an_option_of_another_method_than_that_of_the_case_is_refused(refused, evaluated):
    folder, _ = evaluated("--regimes", "jump-model", "--jump-penalty", "3")
    assert "found jump-model" in refused("evaluate", folder / "case.json", "--penalty", "3", "--json")


def test_a_file_without_events_is_one_line(refused, small, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("time,price\n2020-01-01,1\n", encoding="utf-8")
    assert "events" in refused("evaluate", small.prices, "--events", path, "--json")
