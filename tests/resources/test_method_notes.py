"""Every model of the catalogue is explained, and the explanations say what the code does."""

import re
from dataclasses import fields

import pytest

from outsample.calibration.enough_quotes import QUOTES_PER_PARAMETER
from outsample.catalog import MODELS
from outsample.formulas.recursions import DECAYS
from outsample.formulas.stochastic_rates import BILL_SPEED, BILL_VOL
from outsample.models.early_exercise import American
from outsample.models.early_exercise.vol_lattice import RATIO
from outsample.models.parametric_smile import Leland
from outsample.models.parametric_smile.sabr import SABR_SHAPE
from outsample.models.parametric_smile.ssvi import SSVI_SHAPE
from outsample.models.parametric_smile.svi import SVI_SHAPE
from outsample.models.smile.normal_equations import RIDGE, Regressors
from outsample.models.smile.smiles import VOL_FLOOR
from outsample.models.stochastic_rates import Rabinovitch
from outsample.models.stochastic_rates.tenor_sums import NODES
from outsample.models.surface import RollingSurface
from outsample.models.transform import HestonState
from outsample.models.value_at_risk import HistoricalVaR, RollingHistoricalVaR
from outsample.models.variance import RollingVariance
from outsample_resources import MethodNote, UnknownResourceError, glossary, mentions, method_names, method_note

CATALOGUE = [entry.name for entry in MODELS]
PROSE = ("purpose", "mechanism", "signs_of_risk", "strengths", "limits")
NUMBERS = {0: "zero", 5: "five", 6: "six", 7: "seven", 8: "eight", 10: "ten"}


def test_the_notes_are_those_of_the_catalogue():
    assert sorted(method_names()) == sorted(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_note_has_the_title_shown_on_screen(name):
    assert method_note(name).title == next(entry.title for entry in MODELS if entry.name == name)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_note_says_something_in_each_of_its_five_fields(name):
    note = method_note(name)
    assert {field: len(getattr(note, field)) for field in PROSE if len(getattr(note, field)) < 60} == {}
    assert [field for field in PROSE if not getattr(note, field).endswith(".")] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_note_has_a_formula_and_a_dated_reference(name):
    note = method_note(name)
    assert "=" in note.formula
    assert "`" not in note.formula
    assert note.references
    assert all(re.search(r"\((?:18|19|20)\d\d\)", reference) for reference in note.references)


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_mark_of_the_file_reaches_the_screen(name):
    note = method_note(name)
    text = "\n".join(getattr(note, field) for field in PROSE)
    assert re.findall(r"[_`#*]|\n", text.replace("\n", " ", len(PROSE) - 1)) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_term_that_a_note_marks_is_in_the_glossary(name):
    assert [term for term in method_note(name).terms if term not in glossary()] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_term_that_a_note_marks_can_be_linked_where_it_stands(name):
    note = method_note(name)
    places = [place for field in PROSE for place in mentions(getattr(note, field), note.terms)]
    assert note.terms
    assert {term for _, _, term in places} == set(note.terms)


def test_the_same_doi_stands_for_the_same_work_in_all_notes():
    works: dict[str, set[str]] = {}
    for name in CATALOGUE:
        for reference in method_note(name).references:
            doi = re.search(r"doi:(10\.\d{4,}/\S+)\.$", reference)
            if doi:
                works.setdefault(doi[1], set()).add(reference)
    assert works
    assert {doi: texts for doi, texts in works.items() if len(texts) > 1} == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rolling-surface", f"{NUMBERS[RollingSurface().oldest]} days"),
        ("flat-vol", f"{NUMBERS[QUOTES_PER_PARAMETER]} usable quotes"),
        ("absolute-smile", f"{NUMBERS[len(Regressors.ABSOLUTE.value)]} coefficients"),
        ("relative-smile", f"{NUMBERS[len(Regressors.RELATIVE.value)]} coefficients"),
        ("relative-smile", f"ridge of {RIDGE:g}"),
        ("absolute-smile", f", {VOL_FLOOR:g})"),
        ("historical-var", f"Fewer than {HistoricalVaR(0.01).needed} returns at 1 %"),
        ("rolling-historical-var", f"last {RollingHistoricalVaR().window} returns"),
        ("rolling-historical-var", f"at 1 % from {RollingHistoricalVaR(0.01).needed} on"),
        ("leland", f"{Leland().round_trip_cost:g} bp and one day"),
        ("heston-state", f"older than {NUMBERS[HestonState().oldest]} days"),
        ("svi", f"{NUMBERS[len(SVI_SHAPE.names)]} parameters"),
        ("ssvi", f"{NUMBERS[len(SSVI_SHAPE.names)]} parameters"),
        ("sabr", f"{NUMBERS[len(SABR_SHAPE.names)]} parameters"),
        ("rabinovitch", f"{Rabinovitch().rate_speed:g} and {Rabinovitch().rate_vol:g} unless others"),
        ("rabinovitch", f"sums over {NODES} tenors"),
        ("heston-hull-white", f"{BILL_SPEED:g} and {BILL_VOL:g}, estimates"),
        ("american", f"{American().rate:g} a year unless another"),
        ("american", f"lattice of ratio {RATIO:g}"),
        ("rolling-variance", f"last {RollingVariance().window} returns"),
        ("ewma-variance", f"of all {DECAYS.size}"),
        ("ewma-var", f"{DECAYS[0]:.3f}, {DECAYS[1]:.3f} … {DECAYS[-1]:.3f}".replace("0.", ".")),
    ],
)
def test_a_number_in_a_note_is_the_one_in_the_code(name, said):
    note = method_note(name)
    text = f"{note.mechanism}\n{note.strengths}\n{note.formula}"
    assert said.casefold() in text.casefold()


@pytest.mark.parametrize(("name", "regressors"), [(f"{one.name.lower()}-smile", one) for one in list(Regressors)[1:]])
def test_the_note_of_a_smile_names_its_regressors(name, regressors):
    assert [term for term in regressors.value if term not in method_note(name).mechanism] == []


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(UnknownResourceError, match="flat-vol.*found 'sibyl'"):
        method_note("sibyl")


@pytest.mark.parametrize("name", ["", "../glossary", "flat-vol.md"])
def test_a_name_is_never_a_path(name):
    with pytest.raises(UnknownResourceError):
        method_note(name)


def test_a_note_is_a_value():
    note = method_note("flat-vol")
    assert {field.name for field in fields(MethodNote)} >= {*PROSE, "title", "formula", "references"}
    with pytest.raises(AttributeError):
        note.title = "other"
