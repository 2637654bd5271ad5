import csv
import json

import numpy as np
import pytest

from outsample.catalog import default_models
from outsample.datasets import Target
from outsample.io import read_store
from outsample.report import analyse
from outsample.report.tables import losses_table, studies_table
from outsample.study import Composition, Settings, Workspace
from outsample.verdict import Status
from outsample.windows import Scheme, Split, Window, default_split, parse_time
from outsample_desktop.session import State

TRAIN, TEST = "2024-01-01..2024-03-01", "2024-03-02..2024-04-20"


@pytest.fixture
def quotes(small):
    return read_store(small.quotes).dataset


@pytest.fixture
def written(call, tmp_path):
    """Return a function that evaluates into a folder and gives the folder back."""

    def evaluate(data, *more, name="out"):
        answer = call("evaluate", data, *more, "--out", tmp_path / name, "--no-pictures")
        assert (answer.code, answer.err) == (0, ""), answer
        return tmp_path / name

    return evaluate


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def assert_same_numbers(path, table):
    rows = rows_of(path)
    for column in table.columns:
        if column.is_number:
            read = [float(row[column.header] or "nan") for row in rows]
            assert np.array_equal(read, column.values, equal_nan=True), column.header
        else:
            assert [row[column.header] for row in rows] == [column.written(i) for i in range(table.size)]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def typed_split():
    parts = [Window(*map(parse_time, text.split(".."))) for text in (TRAIN, TEST)]
    return Split(parts[0], parts[1], 86_400 * 10**9)


def test_the_numbers_are_those_of_the_library_to_the_last_bit(written, small, quotes):
    arguments = ("--train", TRAIN, "--test", TEST, "--purge", "1d", "--scheme", "rolling", "--composition", "raw")
    folder = written(small.quotes, "--model", "flat-vol,relative-smile", *arguments)
    settings = Settings(Composition.RAW, Scheme.ROLLING)
    models = ("flat-vol", "relative-smile")
    expected = analyse(Workspace(quotes), typed_split(), "squared-vol-points", models, settings)
    assert_same_numbers(folder / "studies.csv", studies_table(expected))
    assert_same_numbers(folder / "losses.csv", losses_table(expected))


def test_what_is_left_out_is_what_the_window_opens_with(written, small, quotes):
    names = default_models(*(kind := (quotes_kind(), "squared-vol-points")))
    expected = analyse(Workspace(quotes), default_split(quotes.times), kind[1], names)
    assert_same_numbers(written(small.quotes) / "studies.csv", studies_table(expected))


def quotes_kind():
    from outsample.catalog import Kind

    return Kind.OPTIONS


def test_marks_can_be_the_target(written, small, quotes):
    folder = written(small.quotes, "--model", "flat-vol", "--target", "mark")
    data = quotes.viewed(Target.MARK, quotes.axis)
    expected = analyse(Workspace(data), default_split(data.times), "squared-vol-points", ("flat-vol",))
    assert_same_numbers(folder / "studies.csv", studies_table(expected))
    assert json.loads((folder / "verdict.json").read_text())["data"]["sha256"] == data.fingerprint


def test_the_models_own_score_is_taken_when_none_is_typed(written, small):
    folder = written(small.prices, "--model", "ewma-variance")
    assert json.loads((folder / "verdict.json").read_text())["score"]["name"] == "qlike"


def test_ends_that_are_left_out_are_those_of_the_data(written, small, quotes):
    first, last = int(quotes.times[0]), int(quotes.times[-1]) + 1
    middle = parse_time("2024-03-01")
    for name, arguments in {
        "both": ("--train", "..2024-03-01", "--test", "2024-03-01.."),
        "train": ("--train", "..2024-03-01"),
        "test": ("--test", "2024-03-01.."),
    }.items():
        folder = written(small.quotes, "--model", "flat-vol", *arguments, name=name)
        state, _ = State.from_json((folder / "case.json").read_text(encoding="utf-8"))
        assert state.split == Split(Window(first, middle), Window(middle, last)), name


def test_what_is_typed_is_kept_as_it_is_typed(written, small):
    folder = written(small.quotes, "--train", "1999-01-01..2024-03-01", "--test", "2024-03-01T12:00..2262-01-01")
    state, _ = State.from_json((folder / "case.json").read_text(encoding="utf-8"))
    assert str(state.split.train) == "1999-01-01..2024-03-01"
    assert str(state.split.test) == "2024-03-01T12:00:00Z..2262-01-01"


def test_two_runs_give_the_same_bytes(written, small):
    assert contents(written(small.quotes, name="one")) == contents(written(small.quotes, name="two"))


def test_every_json_is_valid_and_holds_no_nan(written, small):
    folder = written(small.prices, "--model", "historical-var,ewma-variance,normal-var", "--score", "pinball-0.01")
    for path in folder.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_json_prints_the_verdicts_and_nothing_else(call, small, tmp_path):
    answer = call("evaluate", small.quotes, "--json", "--out", tmp_path, "--no-pictures")
    assert answer.code == 0
    assert answer.out == (tmp_path / "verdict.json").read_text(encoding="utf-8")
    assert answer.err == ""


def test_json_alone_writes_no_file(call, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert json.loads(call("evaluate", small.quotes, "--json").out)["format"] == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("models", "score", "statuses"),
    [
        ("ewma-variance,rolling-variance", "qlike", {Status.PASS}),
        ("ewma-var", "pinball-0.01", {Status.WATCH}),
        ("ewma-var,normal-var,historical-var", "pinball-0.01", {Status.WATCH, Status.FAIL}),
        ("normal-var", "pinball-0.01", {Status.FAIL}),
    ],
)
def test_the_gate_answers_with_the_worst_verdict(call, longer, models, score, statuses):
    data = read_store(longer.prices).dataset
    found = analyse(Workspace(data), default_split(data.times), score, tuple(models.split(",")))
    assert {one.verdict.status for one in found.judged} - {Status.BENCHMARK} == statuses
    order = [Status.PASS, Status.WATCH, Status.FAIL]
    answer = call("evaluate", longer.prices, "--model", models, "--score", score, "--gate")
    assert answer.code == max(map(order.index, statuses))
    assert call("evaluate", longer.prices, "--model", models, "--score", score, "--json").code == 0, "no gate, no code"


def test_too_few_data_are_code_3(call, small):
    answer = call("evaluate", small.quotes, "--model", "flat-vol", "--gate")
    assert answer.code == 3
    assert "Not enough data" in answer.out


def test_a_model_that_cannot_be_judged_is_code_3_and_has_its_sentence(call, longer):
    arguments = ("--model", "ewma-variance,ewma-var", "--score", "qlike", "--gate")
    answer = call("evaluate", longer.prices, *arguments)
    assert answer.code == 3
    assert "Cannot be judged" in answer.out
    assert "choose a score" in answer.out


def test_a_gate_needs_something_to_judge(refused, small):
    assert "benchmark" in refused("evaluate", small.quotes, "--model", "rolling-surface", "--gate")


def test_models_may_be_typed_in_any_order_and_more_than_once(written, small):
    folder = written(small.quotes, "--model", "relative-smile, flat-vol", "--model", "flat-vol")
    assert [row["model"] for row in rows_of(folder / "studies.csv")] == ["flat-vol", "relative-smile"]
