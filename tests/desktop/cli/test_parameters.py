"""The named parameters of a case on the command line: what is typed is what decides, and what is written down."""

import json
from math import log

import pytest

from outsample.case_parameters import CaseParameters
from outsample.datasets.weights import Filters
from outsample.io import read_store
from outsample.regimes import RegimeSettings
from outsample.report import analyse
from outsample.report.csv_file import write_table
from outsample.report.tables import losses_table, studies_table
from outsample.study import Workspace
from outsample.verdict import Limits
from outsample.windows import default_split
from outsample_desktop.session import State

ALL = ("--limit", "1.5", "--max-spread", "0.2", "--min-tenor", "2", "--shortest-regime", "3", "--penalty", "4")
CHOSEN = CaseParameters(Filters(0.2, 2.0), Limits(loss_ratio=1.5), RegimeSettings(4.0, 3))
MODEL = ("--model", "flat-vol")


@pytest.fixture
def evaluated(call, tmp_path):
    """Return a function that evaluates into a folder of its own and gives the folder back."""

    def run(data, *more, name="out"):
        answer = call("evaluate", data, *more, "--out", tmp_path / name, "--no-pictures")
        assert (answer.code, answer.err) == (0, ""), answer
        return tmp_path / name

    return run


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def state_of(folder):
    return State.from_json((folder / "case.json").read_text(encoding="utf-8"))[0]


def test_the_numbers_are_those_of_the_library_under_the_same_parameters(evaluated, small, tmp_path):
    folder = evaluated(small.quotes, *MODEL, *ALL)
    quotes = read_store(small.quotes).dataset
    seen = quotes.viewed(quotes.target, quotes.axis, CHOSEN.filters)
    split = default_split(seen.times)
    expected = analyse(Workspace(seen), split, "squared-vol-points", ("flat-vol",), None, CHOSEN)
    for table in (studies_table(expected), losses_table(expected)):
        write_table(table, tmp_path / "expected.csv", {})
        assert (folder / f"{table.name}.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_what_was_typed_stands_in_case_verdicts_and_sidecars(evaluated, small):
    folder = evaluated(small.quotes, *MODEL, *ALL)
    assert state_of(folder).parameters == CHOSEN
    for name in ("verdict.json", "studies.csv.json", "losses.csv.json"):
        facts = read(folder / name)["case_parameters"]
        assert facts.pop("changed") == list(CHOSEN.changed())
        assert CaseParameters.from_plain(facts) == (CHOSEN, ())
    (line,) = read(folder / "verdict.json")["models"]
    assert (line["limit"], line["limit_origin"]) == (log(1.5), "set by you, ln 1.5")


def test_what_was_changed_is_printed_and_nothing_where_nothing_was(call, small, tmp_path):
    out = ("--out", tmp_path, "--no-pictures")
    printed = call("evaluate", small.quotes, *MODEL, "--min-tenor", "2", "--limit", "1.5", *out).out
    assert "parameters changed: tenor ≥ 2 d, limit 1.5× loss\n" in printed
    assert "parameters changed" not in call("evaluate", small.quotes, *MODEL, *out).out


def test_the_defaults_typed_are_the_defaults(evaluated, small):
    typed = ("--limit", "1.25", "--max-spread", "0.5", "--min-tenor", "1", "--shortest-regime", "7", "--penalty", "2.0")
    first, second = evaluated(small.quotes, *MODEL, name="one"), evaluated(small.quotes, *MODEL, *typed, name="two")
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.name: path.read_bytes() for path in second.iterdir()
    }


def test_a_case_keeps_its_parameters_and_what_is_typed_goes_before_them(evaluated, small):
    first = evaluated(small.quotes, *MODEL, *ALL, name="one")
    again = evaluated(first / "case.json", name="two")
    for name in ("studies.csv", "losses.csv", "case.json"):
        assert (again / name).read_bytes() == (first / name).read_bytes()
    other = evaluated(first / "case.json", "--penalty", "1", "--limit", "1.1", name="three")
    assert state_of(other).parameters == CaseParameters(CHOSEN.filters, Limits(loss_ratio=1.1), RegimeSettings(1.0, 3))


def test_a_case_without_parameters_has_the_defaults(evaluated, small):
    folder = evaluated(small.quotes, *MODEL, name="one")
    old = read(folder / "case.json")
    del old["parameters"]
    (folder / "case.json").write_text(json.dumps({**old, "penalty": 4.0}), encoding="utf-8")
    again = evaluated(folder / "case.json", name="two")
    assert state_of(again).parameters == CaseParameters(regimes=RegimeSettings(multiplier=4.0))
    assert (again / "studies.csv").read_bytes() == (folder / "studies.csv").read_bytes()


@pytest.mark.parametrize(
    ("score", "typed", "limits"),
    [
        ("qlike", "0.2", Limits(qlike_nats=0.2)),
        ("pinball-0.01", "0.2", Limits(pinball_share=0.2)),
    ],
)
def test_a_limit_is_in_the_unit_of_the_score(evaluated, small, score, typed, limits):
    folder = evaluated(small.prices, "--score", score, "--limit", typed)
    assert state_of(folder).parameters == CaseParameters(limits=limits)
    lines = read(folder / "verdict.json")["models"]
    assert all(line["limit_origin"].startswith("set by you, 0.2") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--max-spread", "wide"), "--max-spread must be a number from 0.01 to 2 of the mid, found 'wide'"),
        (("--max-spread", "0"), "found '0'; the default is 0.5"),
        (("--min-tenor", "-1"), "--min-tenor must be a number from 0 to 365 days, found '-1'"),
        (("--min-tenor", "1d"), "--min-tenor"),
        (("--min-tenor", "nan"), "--min-tenor"),
        (("--shortest-regime", "7.5"), "--shortest-regime must be a whole number from 1 to 60 days"),
        (("--penalty", "1e400"), "--penalty"),
        (("--penalty", ""), "--penalty"),
        (("--limit", "1"), "--limit must be a number from 1.01 to 10 × the loss, found '1'; the default is 1.25"),
        (("--limit", "ln 1.25"), "--limit"),
        (("--limit",), "--limit"),
    ],
    ids=" ".join,
)
def test_a_value_that_cannot_be_is_one_line_and_writes_nothing(refused, small, tmp_path, arguments, cause):
    out = ("--out", tmp_path / "out")
    assert cause in refused("evaluate", small.quotes, *MODEL, *out, *arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--max-spread", "--min-tenor"])
def test_a_filter_of_quotes_is_for_options_only(refused, small, option):
    assert f"{option} is about option prices" in refused("evaluate", small.prices, option, "1", "--json")


def test_filters_that_leave_nothing_are_one_line(refused, small, tmp_path):
    filters = ("--min-tenor", "365", "--max-spread", "0.01")
    assert "relax the filters" in refused("evaluate", small.quotes, *filters, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pictures_are_made_under_the_parameters_too(call, small, tmp_path):
    answer = call("evaluate", small.quotes, *MODEL, *ALL, "--out", tmp_path)
    assert (answer.code, answer.err) == (0, "")
    from outsample_desktop.case_file import read_case

    assert read_case(tmp_path / "overview.png")[0].parameters == CHOSEN
