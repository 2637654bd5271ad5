"""From arguments to a question: the state of a case or of fresh data, overridden by what was typed."""

from argparse import Namespace
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from pathlib import Path
from typing import Final, TypeVar

from outsample.case_parameters import GROUPS, Value
from outsample.catalog import MODELS, Kind, default_models, default_score, entry, kind_of, score
from outsample.datasets import OptionQuotes, Prices, Target
from outsample.errors import OutsampleError, UsageError
from outsample.io.book import Book
from outsample.named_parameters import named_choices, named_parameters
from outsample.regimes import RegimeMethod
from outsample.regimes.marked_events import MarkedEvents, marked_events, spans_outside
from outsample.report import Recorded
from outsample.study import Composition
from outsample.typing import Integers
from outsample.verdict import Limits
from outsample.windows import MINIMUM_TIMES, Scheme, Split, Window, default_split
from outsample_desktop.book_file import book_of, open_book
from outsample_desktop.case_file import looks_like_case, read_case
from outsample_desktop.cli.entry import complain
from outsample_desktop.cli.progress import Progress
from outsample_desktop.cli.time_text import Ends, parse_ends, parse_span
from outsample_desktop.opening import as_seen, opened
from outsample_desktop.session import State
from outsample_desktop.sources import absolute, load, located

__all__ = ["Question", "fresh_question", "question"]

_COMPOSITIONS: Final = {"train": Composition.TRAIN, "raw": Composition.RAW}
_SCHEMES: Final = {scheme.value: scheme for scheme in Scheme}
_TARGETS: Final = {target.value: target for target in Target}

_PARAMETERS: Final = {
    "--max-spread": ("filters", "largest_relative_spread"),
    "--min-tenor": ("filters", "shortest_tenor_days"),
    "--shortest-regime": ("regimes", "shortest_days"),
    "--penalty": ("regimes", "multiplier"),
    "--regimes": ("regimes", "method"),
    "--states": ("regimes", "states"),
    "--jump-penalty": ("regimes", "jump_penalty"),
}
_LIMIT: Final = "--limit"
_METHOD: Final = ("regimes", "method")
_DRAWN: Final = ("regimes", "drawn")

# Without an entry an option counts under every method: the penalty path is drawn whatever colours the days.
_METHODS: Final = {
    "--penalty": (RegimeMethod.CHANGE_POINTS,),
    "--states": tuple(one for one in RegimeMethod if one is not RegimeMethod.CHANGE_POINTS),
    "--jump-penalty": (RegimeMethod.JUMP_MODEL,),
}

Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A complete state with its data, what a case recorded of them, and the user's book."""

    state: State
    data: OptionQuotes | Prices
    recorded: Recorded | None = None
    book: Book | None = None


@dataclass(frozen=True, slots=True)
class _Typed:
    """The choices on the command line; None where nothing was typed."""

    models: tuple[str, ...] | None
    score: str | None
    train: Ends | None
    test: Ends | None
    purge: int | None
    changes: dict[str, Enum]
    parameters: dict[tuple[str, str], float | StrEnum]
    limit: str | None
    events: MarkedEvents | None

    @classmethod
    def of(cls, arguments: Namespace) -> "_Typed":
        """Check everything that can be checked before the data are read."""
        changes: dict[str, Enum | None] = {
            "scheme": _choice(arguments.scheme, _SCHEMES, "--scheme"),
            "composition": _choice(arguments.composition, _COMPOSITIONS, "--composition"),
            "target": _choice(arguments.target, _TARGETS, "--target"),
        }
        if arguments.score is not None:
            score(arguments.score)
        return cls(
            None if arguments.model is None else _names(arguments.model),
            arguments.score,
            None if arguments.train is None else parse_ends(arguments.train, "--train"),
            None if arguments.test is None else parse_ends(arguments.test, "--test"),
            None if arguments.purge is None else parse_span(arguments.purge, "--purge"),
            {name: value for name, value in changes.items() if value is not None},
            _parameters(arguments),
            arguments.limit,
            None if arguments.events is None else marked_events(arguments.events),
        )


def question(arguments: Namespace) -> Question:
    """Return the question that was typed.

    Raises
    ------
    UsageError, DataError
        It is not understood, contradicts itself or its data, or the data cannot be read.
    """
    typed, path = _Typed.of(arguments), Path(arguments.data)
    if not looks_like_case(path):
        state = State(source=absolute(arguments.data), score="")
        _require_effect(state, typed)
        return _with_book(_completed(state, _data(state.source), typed, None), arguments.book)
    state, unknown = read_case(path)
    if unknown:
        complain(f"warning: {path.name} holds {', '.join(unknown)}, which this version does not know and leaves out")
    _require_effect(state, typed)
    state = replace(state, source=located(state.source, path.parent))
    data = _data(state.source)
    return _with_book(_completed(state, data, typed, _recorded(state, data, path.name)), arguments.book)


def fresh_question(source: str) -> Question:
    """Return what the application opens `source` with: default models, score and split."""
    data = _data(source)
    return Question(opened(State(), source, data, is_case=False), data)


def _completed(state: State, loaded: OptionQuotes | Prices, typed: _Typed, recorded: Recorded | None) -> Question:
    state = replace(state, **typed.changes)  # type: ignore[arg-type]  # each under the name of its own field
    kind = kind_of(loaded)
    _require_options(kind, typed)
    if typed.events is not None:
        _say_of_events(typed.events, state, loaded.times)
    state = _with_parameters(_with_models(state, kind, typed), typed)
    data = as_seen(state, loaded)
    split = _split(state.split, typed, data.times)
    return Question(replace(state, split=split, fingerprint=data.fingerprint), data, recorded)


def _with_book(asked: Question, typed: str | None) -> Question:
    """Read the book that was typed, else that of the case; one of a case that is gone or has changed is warned of.

    Raises
    ------
    UsageError, DataError
        The book that was typed cannot be read for these data.
    """
    state = asked.state
    if typed is not None:
        found = open_book(typed, asked.data)
        state = replace(state, book=found.path, book_sha256=found.sha256)
        return replace(asked, state=state, book=found.book)
    try:
        kept = book_of(state, asked.data)
    except OutsampleError as error:
        complain(f"warning: {error}; its tables are left out")
        return asked
    if kept is None:
        return asked
    if change := kept.change(state):
        complain(f"warning: {change}")
    return replace(asked, book=kept.book)


def _with_models(state: State, kind: Kind, typed: _Typed) -> State:
    """Choose score and models: what was typed goes before the case, the case before the defaults."""
    asked = typed.models or state.models
    suits_case = typed.models is None or state.score in entry(asked[0]).scores
    own = entry(asked[0]).scores[0] if asked else default_score(kind)
    name = typed.score or (state.score if state.score and suits_case else own)
    _require_kind(f"score {name}", score(name).kind, kind)
    models = asked or default_models(kind, name)
    for model in models:
        _require_kind(f"model {model}", entry(model).kind, kind)
    return replace(state, score=name, models=models, active=state.active if state.active in models else "")


def _parameters(arguments: Namespace) -> dict[tuple[str, str], float | StrEnum]:
    """Return the parameters that were typed, by group and name; the limit waits until the score is known."""
    found: dict[tuple[str, str], float | StrEnum] = {}
    for option, (group, name) in _PARAMETERS.items():
        text = getattr(arguments, option.removeprefix("--").replace("-", "_"))
        default = named_choices(GROUPS[group]).get(name)
        if text is not None and default is not None:
            found[group, name] = _chosen(text, {one.value: one for one in type(default)}, option)
        elif text is not None:
            one = next(one for one in named_parameters(GROUPS[group]) if one.name == name)
            found[group, name] = one.read(text, option)
    return found


def _with_parameters(state: State, typed: _Typed) -> State:
    """Change the parameters that were typed; a limit is that of losses in the unit of the score."""
    values: dict[tuple[str, str], Value] = {**typed.parameters}
    if typed.events is not None:
        values[_DRAWN] = typed.events.spans
    if typed.limit is not None:
        one = Limits.parameter(score(state.score).score.unit)
        values["limits", one.name] = one.read(typed.limit, _LIMIT)
    return replace(state, parameters=state.parameters.with_values(values))


def _require_options(kind: Kind, typed: _Typed) -> None:
    """Refuse choices about option quotes where there are none."""
    filters = [option for option, place in _PARAMETERS.items() if place[0] == "filters" and place in typed.parameters]
    asked = (["--target"] if "target" in typed.changes else []) + filters
    if kind is not Kind.OPTIONS and asked:
        raise UsageError(f"{asked[0]} is about option prices, found a price history; leave it out")


def _require_effect(state: State, typed: _Typed) -> None:
    """Refuse parameters of another method than the one that finds the regimes."""
    method = typed.parameters.get(_METHOD, state.regime_method)
    for option, methods in _METHODS.items():
        if _PARAMETERS[option] in typed.parameters and method not in methods:
            raise UsageError(
                f"{option} needs regimes found by {' or '.join(methods)}, found {method}; leave it out, or choose with "
                "--regimes"
            )


def _say_of_events(events: MarkedEvents, state: State, times: Integers) -> None:
    """Say what is not as whoever wrote the file may think; that spans are marked is printed with what was changed."""
    remarks = [*events.remarks]
    if outside := spans_outside(events.spans, times):
        remarks.append(f"{outside:,} outside the history.")
    if left := sum(one not in events.spans for one in state.drawn):
        remarks.append(f"{left:,} that the case has marked and the file has not are left out.")
    if remarks:
        complain(f"warning: {events.summary} {' '.join(remarks)}")


def _require_kind(what: str, found: Kind, kind: Kind) -> None:
    if found is not kind:
        raise UsageError(
            f"the {what} is for {found.value}, found data that are {kind.value}; "
            "see `outsample models` and `outsample scores`"
        )


def _recorded(state: State, data: OptionQuotes | Prices, name: str) -> Recorded | None:
    """Compare the data with the fingerprint in the case, and say so where they differ."""
    if not state.fingerprint:
        return None
    matches = state.fingerprint == data.fingerprint
    if not matches:
        complain(
            f"warning: the data are not those that {name} was saved with (fingerprint {state.fingerprint[:12]}, "
            f"found {data.fingerprint[:12]}); the numbers will differ"
        )
    return Recorded(state.fingerprint, matches)


def _split(kept: Split | None, typed: _Typed, times: Integers) -> Split:
    """Return the split: typed ends as they are typed, else those of the case, else 70:30.

    Nothing is snapped or cut to the data: under the rolling scheme the length of the train window is a number too.
    """
    purge = typed.purge if typed.purge is not None else (kept.purge if kept else 0)
    extent = Window(int(times[0]), int(times[-1]) + 1)
    train = _window(extent, typed.train, kept.train if kept else None)
    test = _window(extent, typed.test, kept.test if kept else None)
    if train is None and test is None:
        return default_split(times, purge)
    if test is None and train is not None:
        test = Window(min(train.stop + purge, extent.stop), extent.stop)  # empty, and refused below, if nothing is left
    if train is None and test is not None:
        train = Window(extent.start, max(test.start - purge, extent.start))
    assert train is not None  # one of the two was there, and gave the other
    assert test is not None
    for name, window in (("train", train), ("test", test)):
        rows = window.rows(times)
        if rows.stop - rows.start < MINIMUM_TIMES:
            raise UsageError(
                f"the {name} window needs {MINIMUM_TIMES} observation times, found {rows.stop - rows.start} "
                f"in {window} (the data have {times.size} in {extent}); widen it"
            )
    return Split(train, test, purge)


def _window(extent: Window, ends: Ends | None, kept: Window | None) -> Window | None:
    """Return the window that was typed, ends left out being those of the data; else that of the case, if any."""
    if ends is None:
        return kept
    start, stop = (
        there if typed is None else typed for typed, there in zip(ends, (extent.start, extent.stop), strict=True)
    )
    return Window(min(start, stop), stop)


def _names(typed: list[str]) -> tuple[str, ...]:
    """Return the models that were typed, each once, in catalogue order as in every state."""
    names = {name.strip() for text in typed for name in text.split(",") if name.strip()}
    if not names:
        raise UsageError("--model needs the name of a model, found none; see `outsample models`")
    for name in sorted(names):
        entry(name)
    return tuple(found.name for found in MODELS if found.name in names)


def _choice(typed: str | None, known: dict[str, Choice], option: str) -> Choice | None:
    return None if typed is None else _chosen(typed, known, option)


def _chosen(typed: str, known: dict[str, Choice], option: str) -> Choice:
    if typed.lower() not in known:
        raise UsageError(f"{option} must be one of {', '.join(known)}; found {typed!r}; choose one of those")
    return known[typed.lower()]


def _data(source: str) -> OptionQuotes | Prices:
    with Progress() as progress:
        return load(source, progress).data
