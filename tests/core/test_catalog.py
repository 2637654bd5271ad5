"""The catalogue: complete, consistent, and clear about what it does not hold."""

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from outsample.catalog import (
    MODELS,
    SCORES,
    Kind,
    contenders,
    default_models,
    default_score,
    entry,
    kind_of,
    models_for,
    score,
)
from outsample.errors import UsageError
from outsample.sample import make_market, small_recipe

IDS = [found.name for found in MODELS]


def test_names_are_unique():
    assert len(set(IDS)) == len(IDS)
    names = [item.score.name for item in SCORES]
    assert len(set(names)) == len(names)
    assert len({found.title for found in MODELS}) == len(MODELS)
    assert len({item.title for item in SCORES}) == len(SCORES)


@pytest.mark.parametrize("found", MODELS, ids=IDS)
def test_an_entry_is_consistent_with_the_rest_of_the_table(found):
    assert found.scores
    assert {score(name).kind for name in found.scores} == {found.kind}
    assert len({(score(name).score.functional, score(name).score.level) for name in found.scores}) == 1
    if found.benchmark:
        rival = entry(found.benchmark)
        assert rival.kind is found.kind
        assert rival.benchmark == ""
        assert set(found.scores) <= set(rival.scores)
    if found.fitted_by:
        assert score(found.fitted_by).kind is found.kind
    assert found.summary
    assert not found.summary.endswith(".")


@pytest.mark.parametrize("found", MODELS, ids=IDS)
def test_a_model_is_a_frozen_hashable_value_with_defaults(found):
    model, again = found.build(), found.build()
    assert is_dataclass(model)
    assert model == again
    assert hash(model) == hash(again)
    for field in fields(model):
        with pytest.raises(FrozenInstanceError):
            setattr(model, field.name, getattr(model, field.name))


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.score.name)
def test_a_score_has_a_model_and_a_benchmark_and_its_unit_in_the_title(item):
    names = models_for(item.kind, item.score.name)
    assert any(found.benchmark for found in names)
    assert any(not found.benchmark for found in names)
    assert f"[{item.score.unit.value}]" in item.title
    assert score(item.score.name) is item


def test_unknown_names_are_answered_with_those_there_are():
    with pytest.raises(UsageError, match="must be one of rolling-surface, .*; found 'sibyl'; see `outsample models`"):
        entry("sibyl")
    with pytest.raises(UsageError, match="must be one of squared-vol-points, .*; found 'r2'; see `outsample scores`"):
        score("r2")
    with pytest.raises(UsageError, match="found 'sibyl'"):
        contenders(("flat-vol", "sibyl"))


@pytest.mark.parametrize("kind", Kind)
def test_what_opens_first_can_be_judged(kind):
    name = default_score(kind)
    assert score(name).kind is kind
    on = default_models(kind, name)
    assert on
    assert set(on) <= {found.name for found in models_for(kind, name)}
    assert any(entry(one).benchmark for one in on)


def test_every_model_can_be_judged_by_something():
    for found in MODELS:
        assert found in models_for(found.kind, found.scores[0])


def test_contenders_come_in_the_order_asked_for_with_their_benchmarks():
    made = contenders(("relative-smile", "rolling-surface", "flat-vol"))
    assert [one.name for one in made] == ["relative-smile", "rolling-surface", "flat-vol"]
    assert [one.benchmark_name for one in made] == ["frozen-surface", "", "frozen-surface"]
    assert made[1].benchmark is None
    assert made[0].benchmark == entry("frozen-surface").build()


def test_data_sets_have_their_kind_and_others_have_none():
    market = make_market(small_recipe(days=60))
    assert kind_of(market.quotes) is Kind.OPTIONS
    assert kind_of(market.prices) is Kind.PRICES
    with pytest.raises(UsageError, match="models exist for option quotes and prices, found object"):
        kind_of(object())
