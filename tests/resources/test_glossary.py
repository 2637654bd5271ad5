"""The glossary: every word on screen in one or two sentences, and no reference to a word that is not there."""

import itertools
import re
import tomllib
from collections import Counter
from importlib import resources

import pytest

from outsample.diagnostics import SPARSE_BELOW
from outsample.inference.long_run import _HATCHED_ABOVE, _HATCHED_BELOW
from outsample.regimes import Regime
from outsample.scores import ErrorUnit
from outsample.study import Composition
from outsample.verdict import MINIMUM_EFFECTIVE, Status
from outsample.windows import Scheme
from outsample_resources import glossary, linked_terms, mentions
from outsample_resources.package_files import marked_terms, unmarked
from outsample_resources.terms import entry_of, marked_glossary

TERMS = glossary()


def test_the_glossary_is_worth_opening():
    assert len(TERMS) >= 60
    assert list(TERMS) == sorted(TERMS, key=str.casefold)


@pytest.mark.parametrize("term", TERMS)
def test_an_entry_is_one_or_two_sentences(term):
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", TERMS[term])
    assert TERMS[term].endswith(".")
    assert 1 <= len(sentences) <= 2
    assert 30 <= len(TERMS[term]) <= 260


@pytest.mark.parametrize("term", TERMS)
def test_a_term_used_in_an_entry_is_an_entry(term):
    assert [used for used in marked_terms(marked_glossary()[term]) if entry_of(used) not in TERMS] == []
    assert "_" not in TERMS[term]


def test_no_term_is_explained_twice():
    text = resources.files("outsample_resources").joinpath("glossary.toml").read_text(encoding="utf-8")
    count = Counter(term.casefold() for entries in tomllib.loads(text).values() for term in entries)
    assert {term for term, times in count.items() if times > 1} == set()


@pytest.mark.parametrize(
    "word",
    [
        *(status.value for status in Status),
        *(f"{scheme.value} scheme" for scheme in Scheme),
        *(regime.name for regime in Regime if regime is not Regime.UNSEEN),
        "unseen regime",
        Composition.TRAIN.value,
        f"{Composition.RAW.value} composition",
        ErrorUnit.PREMIUM_PERCENT.value,
        ErrorUnit.NATS.value,
        *("out-of-sample", "purge", "regret", "effective number of observations", "minimum detectable effect"),
        *("standardised moneyness", "half-spread", "inverse contract", "filtered label", "headroom", "Delta"),
    ],
)
def test_a_word_on_screen_is_explained(word):
    assert entry_of(word) in TERMS


def test_numbers_in_the_glossary_are_those_in_the_code():
    assert f"Fewer than {MINIMUM_EFFECTIVE:.0f} effective observations" in TERMS["Not enough data"]
    assert f"fewer than {SPARSE_BELOW} quotes" in TERMS["cell"]
    assert f"fewer than {_HATCHED_BELOW} times" in TERMS["hatched band"]
    assert f"above {_HATCHED_ABOVE}" in TERMS["hatched band"]


@pytest.mark.parametrize("term", TERMS)
def test_every_link_of_an_entry_has_a_place_in_its_text(term):
    """What is marked in the file is found again in the text without marks, where the link is put."""
    places = mentions(TERMS[term], linked_terms(term))
    assert {found for _, _, found in places} == set(linked_terms(term))
    assert all(TERMS[term][start:stop].casefold() == found.casefold() for start, stop, found in places)


@pytest.mark.parametrize(
    ("text", "terms", "found"),
    [
        ("Regret is regret.", ("regret",), ("Regret", "regret")),
        ("regrets and unregretted, a regret-free day", ("regret",), ("regret",)),
        (
            "a p-value that is a look-adjusted p-value",
            ("p-value", "look-adjusted p-value"),
            ("p-value", "look-adjusted p-value"),
        ),
        ("in % of premium, or 5% of premiums", ("% of premium",), ("% of premium",)),
        ("a (c|d)+ is no pattern here: (c|d)+", ("(c|d)+",), ("(c|d)+", "(c|d)+")),
        ("nothing is looked for", (), ()),
        ("", ("regret",), ()),
    ],
)
def test_whole_words_are_found_and_of_overlapping_ones_the_longest(text, terms, found):
    places = mentions(text, terms)
    assert tuple(text[start:stop] for start, stop, _ in places) == found
    assert all(stop <= start for (_, stop, _), (start, _, _) in itertools.pairwise(places))


def test_a_glossary_that_is_changed_by_its_reader_stays_whole():
    mine = glossary()
    mine.clear()
    assert glossary() == TERMS


@pytest.mark.parametrize(
    ("text", "terms", "plain"),
    [
        ("the _regret_ of a _frozen model_", ("regret", "frozen model"), "the regret of a frozen model"),
        ("_Regret_, again _Regret_", ("Regret",), "Regret, again Regret"),
        ("the column start_time and w_atm", (), "the column start_time and w_atm"),
    ],
)
def test_marks_are_found_and_taken_off(text, terms, plain):
    assert marked_terms(text) == terms
    assert unmarked(text) == plain
