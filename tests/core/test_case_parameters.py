"""The parameters of a case: what differs, what a file may hold, and which numbers each of them moves."""

import json
from dataclasses import asdict, fields, replace
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outsample.case_parameters import GROUPS, CaseParameters, agreed
from outsample.catalog import default_models, kind_of
from outsample.datasets.weights import Filters
from outsample.errors import UsageError
from outsample.named_parameters import named_choices, named_parameters, words_of
from outsample.regimes import DRAWABLE, DrawnRegime, RegimeMethod, RegimeSettings
from outsample.report import analyse, sidecar, verdict_sheet
from outsample.report.quality import quality_table
from outsample.report.tables import losses_table, studies_table
from outsample.sample import make_market, small_recipe
from outsample.study import Workspace
from outsample.verdict import Limits
from outsample.windows import default_split

SPAN = DrawnRegime(10**18, 2 * 10**18, DRAWABLE[0], "quiet")
VALUES = st.fixed_dictionaries(
    {},
    optional={
        ("regimes", "drawn"): st.lists(
            st.builds(
                lambda start, length, regime, name: DrawnRegime(start, start + length, regime, name),
                st.integers(-(2**62), 2**62),
                st.integers(1, 2**61),
                st.sampled_from(DRAWABLE),
                st.text("abc ÄÖ", max_size=5),
            ),
            max_size=3,
        ).map(tuple)
    }
    | {
        (group, name): st.sampled_from(list(type(default)))
        for group, kind in GROUPS.items()
        for name, default in named_choices(kind).items()
    }
    | {
        (group, one.name): (
            st.integers(int(one.bounds.low), int(one.bounds.high))
            if one.is_whole
            else st.floats(one.bounds.low, one.bounds.high)
        )
        for group, kind in GROUPS.items()
        for one in named_parameters(kind)
    },
)


# --- The values ------------------------------------------------------------------------------------------------------


def test_the_groups_are_the_fields_and_every_field_of_a_group_is_a_number_a_choice_or_what_is_drawn():
    assert list(GROUPS) == [one.name for one in fields(CaseParameters)]
    for group, kind in GROUPS.items():
        assert isinstance(getattr(CaseParameters(), group), kind)
        known = [one.name for one in named_parameters(kind)] + list(named_choices(kind))
        known += ["drawn"] if group == "regimes" else []
        assert known == [one.name for one in fields(kind)]


def test_the_house_defaults_are_those_of_the_definitions():
    house = CaseParameters()
    assert house.filters == Filters(0.5, 1.0)
    assert house.limits.loss_ratio == 1.25
    assert house.regimes == RegimeSettings(2.0, 7)
    assert house.changed() == ()


def test_what_differs_from_the_house_is_said_in_a_few_words():
    other = CaseParameters(Filters(0.3, 2.0), Limits(1.5, 0.1, 0.2), RegimeSettings(4.0, 3))
    assert other.changed() == (
        "spread ≤ 0.3 of mid",
        "tenor ≥ 2 d",
        "limit 1.5× loss",
        "limit 0.1 nats",
        "limit 0.2 of benchmark",
        "penalty 4×",
        "regime ≥ 3 d",
    )


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (RegimeMethod.GAUSSIAN_STATES, "regimes by hidden Markov model"),
        (RegimeMethod.STUDENT_STATES, "regimes by hidden Markov model with heavy tails"),
        (RegimeMethod.JUMP_MODEL, "regimes by jump model"),
    ],
)
def test_a_choice_is_said_in_the_words_of_the_screen(method, words):
    other = CaseParameters(regimes=RegimeSettings(states=3, method=method))
    assert other.changed() == ("3 states", words)
    assert words.endswith(method.words)
    assert "," not in words  # what was changed is listed with commas


def test_every_choice_has_words_of_its_own():
    for kind in GROUPS.values():
        for default in named_choices(kind).values():
            words = [words_of(one) for one in type(default)]
            assert len(set(words)) == len(words)
            assert not any("_" in one or not one for one in words)


def test_spans_that_are_marked_are_counted():
    one, two = (CaseParameters(regimes=RegimeSettings(drawn=(SPAN,) * count)) for count in (1, 2))
    assert one.changed() == ("1 span marked by hand",)
    assert two.changed() == ("2 spans marked by hand",)


@given(values=VALUES)
def test_values_come_back_from_their_plain_form(values):
    chosen = CaseParameters().with_values(values)
    assert CaseParameters.from_plain(asdict(chosen)) == (chosen, ())
    assert CaseParameters.from_plain(json.loads(json.dumps(chosen.to_plain()))) == (chosen, ())
    assert len(chosen.changed()) <= len(values)
    for (group, name), value in values.items():
        assert getattr(getattr(chosen, group), name) == value


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"method": "magic"}, "method must be one of change-points, hidden-markov-gaussian, .*, found magic; the def"),
        ({"method": None}, "method must be one of .*, found None"),
        ({"method": 2}, "method must be one of .*, found 2"),
        ({"method": ["jump-model"]}, "method must be one of "),
        ({"states": 5}, "states of a model must be a whole number from 2 to 4"),
        ({"states": 2.5}, "states of a model must be a whole number from 2 to 4"),
        ({"drawn": {}}, "drawn of a case must be a list of marked spans"),
        ({"drawn": "all"}, "drawn of a case must be a list of marked spans"),
        ({"drawn": [1]}, "a marked span must have a start, a stop and a regime"),
        ({"drawn": [{"start": "2020-01-02", "stop": "2020-01-01", "regime": "calm"}]}, "must end after its start"),
        ({"drawn": [SPAN.to_plain()] * 1001}, "at most 1,000 marked spans, found 1,001"),
    ],
)
def test_a_choice_or_a_span_that_is_none_is_one_sentence(plain, words):
    with pytest.raises(UsageError, match=words) as caught:
        CaseParameters.from_plain({"regimes": plain})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", RegimeMethod)
def test_a_choice_given_by_its_text_becomes_the_choice(method):
    chosen = CaseParameters().with_values({("regimes", "method"): method.value})
    assert chosen.regimes.method is method
    with pytest.raises(UsageError, match="method must be one of .*, found magic"):
        CaseParameters().with_values({("regimes", "method"): "magic"})


def test_a_method_given_as_text_is_refused_where_it_would_be_taken_for_another():
    with pytest.raises(UsageError, match="method must be one of"):
        RegimeSettings(method="jump-model")


def test_spans_are_written_with_times_that_people_read():
    plain = CaseParameters(regimes=RegimeSettings(drawn=(SPAN,))).to_plain()["regimes"]["drawn"]
    assert plain == [
        {"start": "2001-09-09T01:46:40Z", "stop": "2033-05-18T03:33:20Z", "regime": "calm", "name": "quiet"}
    ]


def test_other_values_keep_the_rest():
    chosen = CaseParameters(limits=Limits(loss_ratio=2.0)).with_values({("regimes", "multiplier"): 3.0})
    assert chosen == CaseParameters(limits=Limits(loss_ratio=2.0), regimes=RegimeSettings(multiplier=3.0))
    with pytest.raises(UsageError, match="change-point penalty"):
        chosen.with_values({("regimes", "multiplier"): 99.0})


# --- What they move --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market():
    return make_market(small_recipe())


@pytest.fixture(scope="module")
def analysed(market):
    """Return a function that analyses quotes or prices under parameters, without any cache."""

    def of(parameters=None, what="quotes", score="squared-vol-points"):
        data = getattr(market, what)
        if what == "quotes":
            data = data.viewed(data.target, data.axis, (parameters or CaseParameters()).filters)
        models = default_models(kind_of(data), score)
        return analyse(Workspace(data), default_split(data.times), score, models, None, parameters)

    return of


def numbers(table):
    """Return the columns of a table in a form whose equality is equality of every value."""
    return {one.header: [one.written(i) for i in range(table.size)] for one in table.columns}


VERDICTS = {"verdict", "rule", "limit", "limit_origin", "headroom"}


def facts_of(analysis):
    """Return the numbers of an analysis by what they are about; a header is its name and its unit."""
    studies, losses = numbers(studies_table(analysis)), numbers(losses_table(analysis))
    return {
        "quotes": numbers(quality_table(analysis.data, None)),
        "losses": {name: values for name, values in losses.items() if name != "regime"},
        "studies": {name: values for name, values in studies.items() if name.split()[0] not in VERDICTS},
        "verdicts": {name: values for name, values in studies.items() if name.split()[0] in VERDICTS},
        "regimes": (losses["regime"], analysis.regimes.bands()),
    }


def moved(one, other):
    """Return what differs between two analyses."""
    first, second = facts_of(one), facts_of(other)
    return {name for name, values in first.items() if values != second[name]}


def test_no_parameters_and_the_house_defaults_are_the_same(analysed):
    assert moved(analysed(), analysed(CaseParameters())) == set()
    assert analysed().parameters == CaseParameters()


@pytest.mark.parametrize(
    ("parameters", "what", "score", "expected"),
    [
        (CaseParameters(limits=Limits(loss_ratio=1.5)), "quotes", "squared-vol-points", {"verdicts"}),
        (CaseParameters(limits=Limits(qlike_nats=0.5)), "quotes", "squared-vol-points", set()),
        (CaseParameters(limits=Limits(qlike_nats=0.5)), "prices", "qlike", {"verdicts"}),
        (CaseParameters(limits=Limits(loss_ratio=1.5)), "prices", "qlike", set()),
        (CaseParameters(limits=Limits(pinball_share=0.5)), "prices", "pinball-0.01", {"verdicts"}),
        (CaseParameters(limits=Limits(loss_ratio=1.5)), "prices", "pinball-0.01", set()),
        (CaseParameters(regimes=RegimeSettings(multiplier=0.5)), "quotes", "squared-vol-points", {"regimes"}),
        (CaseParameters(regimes=RegimeSettings(shortest_days=1)), "quotes", "squared-vol-points", {"regimes"}),
        (
            CaseParameters(regimes=RegimeSettings(method=RegimeMethod.GAUSSIAN_STATES)),
            "quotes",
            "squared-vol-points",
            {"regimes"},
        ),
        (CaseParameters(regimes=RegimeSettings(states=4, jump_penalty=3.0)), "quotes", "squared-vol-points", set()),
        (
            CaseParameters(regimes=RegimeSettings(drawn=(DrawnRegime(0, 2 * 10**18, DRAWABLE[2]),))),
            "quotes",
            "squared-vol-points",
            {"regimes"},
        ),
        (CaseParameters(filters=Filters(shortest_tenor_days=10.0)), "prices", "qlike", set()),
    ],
    ids=str,
)
def test_a_parameter_moves_its_numbers_and_no_others(analysed, parameters, what, score, expected):
    assert moved(analysed(parameters, what, score), analysed(None, what, score)) == expected


@pytest.mark.parametrize("filters", [Filters(largest_relative_spread=0.05), Filters(shortest_tenor_days=10.0)])
def test_a_filter_moves_quotes_and_losses_but_no_regime_and_no_limit(analysed, filters):
    house, other = analysed(), analysed(CaseParameters(filters=filters))
    assert moved(house, other) >= {"quotes", "losses", "studies"}
    assert "regimes" not in moved(house, other)
    assert other.data.observed.size < house.data.observed.size
    assert [one.verdict.limit for one in other.judged] == [one.verdict.limit for one in house.judged]


def test_quotes_that_a_filter_keeps_are_those_that_satisfy_it(analysed):
    house, other = analysed().data.observed, analysed(CaseParameters(filters=Filters(0.05, 10.0))).data.observed
    spread = 2.0 * house.half_spread / house.premium
    keep = (spread <= 0.05 * (1 + 1e-9)) & (house.tenor >= 10.0 / 365.0)
    assert 0 < keep.sum() < house.size
    np.testing.assert_array_equal(other.row, house.row[keep])
    np.testing.assert_array_equal(other.implied_vol, house.implied_vol[keep])


def test_the_limit_that_was_chosen_judges(analysed):
    chosen = analysed(CaseParameters(limits=Limits(loss_ratio=2.0)))
    assert {one.verdict.limit.value for one in chosen.judged} == {log(2.0)}
    assert {one.verdict.limit.origin for one in chosen.judged} == {"set by you, ln 2"}


# --- What is said about them -----------------------------------------------------------------------------------------


def test_sidecar_and_verdicts_say_the_parameters_and_what_was_changed(analysed):
    chosen = CaseParameters(Filters(shortest_tenor_days=2.0), regimes=RegimeSettings(multiplier=4.0))
    for facts in (sidecar(analysed(chosen), "")["case_parameters"], verdict_sheet(analysed(chosen))["case_parameters"]):
        assert facts.pop("changed") == ["tenor ≥ 2 d", "penalty 4×"]
        assert CaseParameters.from_plain(facts) == (chosen, ())
    assert verdict_sheet(analysed())["case_parameters"]["changed"] == []


def test_quotes_seen_under_other_filters_than_the_case_names_are_refused(market):
    chosen = CaseParameters(filters=Filters(shortest_tenor_days=2.0))
    with pytest.raises(UsageError, match="shortest_tenor_days=2.0"):
        agreed(chosen, market.quotes)
    assert agreed(chosen, market.prices) == chosen


def test_filters_of_the_quotes_are_those_of_the_analysis_where_nothing_is_said(market):
    own = Filters(shortest_tenor_days=2.0)
    quotes = replace(market.quotes, filters=own)
    assert agreed(None, quotes) == CaseParameters(filters=own)
