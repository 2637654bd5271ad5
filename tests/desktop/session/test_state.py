import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.calibration.loss import CalibrationLoss
from outsample.case_parameters import CaseParameters
from outsample.datasets import Axis, Target
from outsample.datasets.weights import Filters
from outsample.errors import DataError, OutsampleError
from outsample.regimes import RegimeSettings
from outsample.study import Composition
from outsample.verdict import Limits
from outsample.windows import Handle, Scheme, Split, Window
from outsample_desktop.session import Measure, Room, Side, State, Theme

PARAMETERS = st.builds(
    lambda *numbers: CaseParameters(Filters(*numbers[:2]), Limits(*numbers[2:5]), RegimeSettings(*numbers[5:])),
    st.floats(0.01, 2.0),
    st.floats(0.0, 365.0),
    st.floats(1.01, 10.0),
    st.floats(0.001, 5.0),
    st.floats(0.001, 10.0),
    st.floats(0.25, 16.0),
    st.integers(1, 60),
)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
TIME = st.integers(-(2**62), 2**62)
SPLIT = (
    st.lists(TIME, min_size=4, max_size=4)
    .map(sorted)
    .flatmap(
        lambda t: st.integers(0, t[2] - t[1]).map(lambda purge: Split(Window(t[0], t[1]), Window(t[2], t[3]), purge))
    )
)
STATES = st.builds(
    State,
    source=TEXT,
    fingerprint=TEXT,
    split=st.none() | SPLIT,
    scheme=st.sampled_from(Scheme),
    score=TEXT,
    composition=st.sampled_from(Composition),
    axis=st.sampled_from(Axis),
    target=st.sampled_from(Target),
    models=st.lists(TEXT, max_size=5).map(tuple),
    active=TEXT,
    side=st.sampled_from(Side),
    measure=st.sampled_from(Measure),
    relative=st.booleans(),
    cell=st.none() | st.integers(0, 10_000),
    cursor=st.none() | TIME,
    handle=st.sampled_from(Handle),
    parameters=PARAMETERS,
    book=TEXT,
    book_sha256=TEXT,
    room=st.sampled_from(Room),
    calibration_model=TEXT,
    calibration_loss=st.sampled_from(CalibrationLoss),
    compared_loss=st.none() | st.sampled_from(CalibrationLoss),
    theme=st.sampled_from(Theme),
    dragging=st.booleans(),
)
PLAIN = State(split=Split(Window(0, 10), Window(12, 20), 2), models=("flat-vol",))


def with_value(name, value):
    return json.dumps({**json.loads(PLAIN.to_json()), name: value})


def complaint(text):
    with pytest.raises(DataError) as caught:
        State.from_json(text)
    sentence = str(caught.value)
    assert sentence
    assert "\n" not in sentence
    return sentence


def test_every_field_is_drawn_by_the_strategy():
    assert {field.name for field in fields(State)} <= set(STATES.wrapped_strategy.kwargs)


@given(state=STATES)
def test_a_state_comes_back_as_it_was_except_that_nothing_is_held(state):
    read, unknown = State.from_json(state.to_json())
    assert read == replace(state, dragging=False)
    assert unknown == ()
    assert [type(getattr(read, one.name)) for one in fields(read)] == [
        type(getattr(state, one.name)) for one in fields(state)
    ]


@given(state=STATES)
def test_writing_what_was_read_gives_the_same_text(state):
    text = state.to_json()
    assert State.from_json(text)[0].to_json() == text


def test_the_text_says_times_in_utc_and_the_purge_in_nanoseconds():
    read = json.loads(PLAIN.to_json())
    assert read["format"] == 1
    assert read["split"]["train"] == ["1970-01-01", "1970-01-01T00:00:00.00000001Z"]
    assert read["split"]["purge_ns"] == 2


def test_whether_a_boundary_is_held_is_never_saved():
    assert "dragging" not in json.loads(replace(PLAIN, dragging=True).to_json())
    assert State.from_json(with_value("dragging", True))[0].dragging is False


def test_keys_that_this_version_does_not_know_are_named_in_order_and_left_out():
    text = json.dumps({**json.loads(PLAIN.to_json()), "zoom": 2, "angle": [1], "Äpfel": None})
    assert State.from_json(text) == (PLAIN, ("angle", "zoom", "Äpfel"))


def test_fields_that_an_older_version_did_not_know_keep_their_defaults():
    assert State.from_json('{"format": 1}') == (State(), ())


def old_case(**changes):
    """Return a case as it was written before there were parameters: with a penalty of its own."""
    read = json.loads(PLAIN.to_json())
    del read["parameters"]
    return json.dumps({**read, "penalty": 2.0, **changes})


def test_a_case_written_before_there_were_parameters_still_opens_with_its_penalty():
    assert State.from_json(old_case()) == (PLAIN, ())
    state, unknown = State.from_json(old_case(penalty=4.0))
    assert unknown == ()
    assert state == replace(PLAIN, parameters=CaseParameters(regimes=RegimeSettings(multiplier=4.0)))
    assert "penalty" not in json.loads(state.to_json())


@pytest.mark.parametrize("penalty", [0, -1.0, 0.2, 17, "2", None, True, [2], float("nan"), 1e400])
def test_a_penalty_that_no_search_can_use_is_refused_in_an_old_case(penalty):
    sentence = complaint(old_case(penalty=penalty))
    assert "change-point penalty must be a number from 0.25 to 16" in sentence
    assert sentence.endswith("the default is 2")


def test_a_case_may_name_some_of_its_parameters_and_the_others_keep_their_defaults():
    state, unknown = State.from_json(with_value("parameters", {"filters": {"shortest_tenor_days": 2}}))
    assert unknown == ()
    assert state.parameters == CaseParameters(filters=Filters(shortest_tenor_days=2.0))


def test_parameters_that_this_version_does_not_know_are_named_and_left_out():
    odd = {"filters": {"shortest_tenor_days": 3.0, "colour": 1}, "weather": {"rain": 1}}
    state, unknown = State.from_json(with_value("parameters", odd))
    assert unknown == ("parameters.filters.colour", "parameters.weather")
    assert state.parameters == CaseParameters(filters=Filters(shortest_tenor_days=3.0))


@pytest.mark.parametrize(
    ("parameters", "cause"),
    [
        ({"filters": {"largest_relative_spread": 0.0}}, "largest relative spread must be a number from 0.01 to 2"),
        ({"filters": {"shortest_tenor_days": -1}}, "shortest tenor"),
        ({"filters": {"shortest_tenor_days": "1"}}, "found '1'"),
        ({"limits": {"loss_ratio": 1.0}}, "limit of option losses"),
        ({"limits": {"qlike_nats": None}}, "found None"),
        ({"regimes": {"shortest_days": 7.5}}, "shortest regime must be a whole number from 1 to 60 days, found 7.5"),
        ({"regimes": {"shortest_days": True}}, "found True"),
        ({"regimes": {"multiplier": float("inf")}}, "change-point penalty"),
        ({"regimes": [2.0, 7]}, "parameters.regimes"),
        ([], "parameters of a case"),
        (None, "parameters of a case"),
        ("a\nb", "parameters of a case"),
    ],
    ids=str,
)
def test_a_parameter_out_of_range_is_refused_in_one_sentence_that_names_it(parameters, cause):
    assert cause in complaint(with_value("parameters", parameters))


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[1, 2", '{"format": 1,}', "\x00"])
def test_what_is_no_json_is_refused_in_one_sentence(text):
    assert "JSON" in complaint(text)


@pytest.mark.parametrize("text", ["[]", "1", "null", '"text"', "{}", "true"])
def test_json_without_a_format_is_refused_in_one_sentence(text):
    assert "format" in complaint(text)


@pytest.mark.parametrize("number", [0, 2, 99, "1", None, [1], 1.5])
def test_another_format_is_refused_and_named(number):
    sentence = complaint(with_value("format", number))
    assert str(number) in sentence
    assert "update" in sentence


BAD = [
    ("scheme", "sideways"),
    ("scheme", None),
    ("scheme", ["anchored"]),
    ("theme", "beige"),
    ("room", "kitchen"),
    ("room", None),
    ("calibration_loss", None),
    ("calibration_loss", "implied vol, vol points"),
    ("compared_loss", "none"),
    ("compared_loss", 3),
    ("axis", 3),
    ("target", {}),
    ("side", ""),
    ("measure", "colour"),
    ("handle", "door"),
    ("composition", "jazz"),
    ("models", 7),
    ("models", None),
    ("split", 5),
    ("split", "whole"),
    ("split", []),
    ("split", {}),
    ("split", {"train": [], "test": [], "purge_ns": 0}),
    ("split", {"train": ["1970-01-01"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": 0}),
    ("split", {"train": [1, 2], "test": [3, 4], "purge_ns": 0}),
    ("split", {"train": ["1970-01-01", None], "test": ["1970-01-03", "1970-01-05"], "purge_ns": 0}),
    ("split", {"train": ["yesterday", "1970-01-02"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": 0}),
    ("split", {"train": ["1970-01-01", "1970-01-02"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": "x"}),
    ("split", {"train": ["1970-01-01", "1970-01-02"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": 1e400}),
    ("split", {"train": ["1970-01-01", "1970-01-02"], "test": ["1970-01-03", "1970-01-05"]}),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_of_the_wrong_kind_is_refused_in_one_sentence_that_names_the_field(name, value):
    assert name in complaint(with_value(name, value))


BACKWARDS = [
    {"train": ["1970-01-05", "1970-01-02"], "test": ["1970-01-06", "1970-01-08"], "purge_ns": 0},
    {"train": ["1970-01-01", "1970-01-04"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": 0},
    {"train": ["1970-01-01", "1970-01-02"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": -1},
    {"train": ["1970-01-01", "1970-01-02"], "test": ["1970-01-03", "1970-01-05"], "purge_ns": 10**18},
]


@pytest.mark.parametrize("split", BACKWARDS)
def test_a_split_that_contradicts_itself_is_refused_in_one_sentence(split):
    complaint(with_value("split", split))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
ENDS = st.lists(ANYTHING | st.sampled_from(["1970-01-01", "2026-02-30", "1600-01-01", "9999-12-31"]), max_size=3)
SPLITS = st.fixed_dictionaries({"train": ENDS | ANYTHING, "test": ENDS | ANYTHING}, optional={"purge_ns": ANYTHING})
NAMES = st.sampled_from([field.name for field in fields(State) if field.name != "dragging"])


@given(pair=st.tuples(NAMES, ANYTHING) | st.tuples(st.just("split"), SPLITS))
def test_whatever_a_field_holds_is_read_or_refused_in_one_sentence(pair):
    try:
        State.from_json(with_value(*pair))
        sentence = ""
    except OutsampleError as error:
        sentence = str(error)
    assert "\n" not in sentence
