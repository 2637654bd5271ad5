"""The named parameters of a case: every house default that decides a number and that a user may change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from outsample.datasets import OptionQuotes
from outsample.datasets.weights import Filters
from outsample.errors import UsageError
from outsample.model import Dataset
from outsample.named_parameters import chosen, named_choices, named_parameters, words_of
from outsample.regimes import DrawnRegime, RegimeSettings
from outsample.verdict import Limits

Value = float | StrEnum | tuple[DrawnRegime, ...]

__all__ = ["GROUPS", "CaseParameters", "agreed"]

GROUPS: Final = {"filters": Filters, "limits": Limits, "regimes": RegimeSettings}
_DRAWN: Final = ("regimes", "drawn")


@dataclass(frozen=True, slots=True)
class CaseParameters:
    """What stands in a case beside its split, models and score.

    Parameters
    ----------
    filters : Filters
        Which quotes are observations.
    limits : Limits
        What the verdict compares with.
    regimes : RegimeSettings
        How readily a change of volatility is accepted.
    """

    filters: Filters = field(default_factory=Filters)
    limits: Limits = field(default_factory=Limits)
    regimes: RegimeSettings = field(default_factory=RegimeSettings)

    def changed(self) -> tuple[str, ...]:
        """Return what differs from the house defaults, each in a few words: ``tenor ≥ 2 d``."""
        numbers = [
            one.briefly(value)
            for group, kind in GROUPS.items()
            for one in named_parameters(kind)
            if (value := getattr(getattr(self, group), one.name)) != one.default
        ]
        choices = [
            f"{group} by {words_of(value)}"
            for group, kind in GROUPS.items()
            for name, default in named_choices(kind).items()
            if (value := getattr(getattr(self, group), name)) != default
        ]
        count = len(self.regimes.drawn)
        spans = (f"{count} span{'s' if count > 1 else ''} marked by hand",) if count else ()
        return (*numbers, *choices, *spans)

    def to_plain(self) -> dict[str, Any]:
        """Return the parameters as a case has them; `from_plain` gives them back unchanged."""
        plain = asdict(replace(self, regimes=replace(self.regimes, drawn=())))
        plain["regimes"]["drawn"] = [one.to_plain() for one in self.regimes.drawn]
        return plain

    def with_values(self, values: Mapping[tuple[str, str], Value]) -> Self:
        """Return the parameters with other values, by group and name; a choice may be given by its text.

        Raises
        ------
        UsageError
            A value is out of its bounds, or no choice.
        """
        groups: dict[str, Any] = {}
        for group, kind in GROUPS.items():
            own: dict[str, Any] = {name: value for (of, name), value in values.items() if of == group}
            choices = named_choices(kind)  # signals carry an enum of texts as mere text, which is not the same object
            own |= {name: chosen(choices[name], own[name], name) for name in choices.keys() & own.keys()}
            groups[group] = replace(getattr(self, group), **own)
        return replace(self, **groups)

    @classmethod
    def from_plain(cls, read: object) -> tuple[Self, tuple[str, ...]]:
        """Return the parameters that a case file holds, and the names of keys that this version does not know.

        Parameters
        ----------
        read : object
            Mapping of mappings, as `to_plain` or `dataclasses.asdict` gives them; what is missing keeps its default.

        Raises
        ------
        UsageError
            It is no mapping of mappings, a value is no number or out of its bounds, or a span is none.
        """
        groups, unknown = _mapping(read, "parameters"), []
        values: dict[tuple[str, str], Value] = {}
        for group, content in groups.items():
            if group not in GROUPS:
                unknown.append(f"parameters.{group}")
                continue
            known = {one.name: one for one in named_parameters(GROUPS[group])}
            choices = named_choices(GROUPS[group])
            for name, value in _mapping(content, f"parameters.{group}").items():
                if name in known:
                    values[group, name] = known[name].checked(value)
                elif name in choices:
                    values[group, name] = chosen(choices[name], value, name)
                elif (group, name) == _DRAWN:
                    values[group, name] = _drawn(value)
                else:
                    unknown.append(f"parameters.{group}.{name}")
        return cls().with_values(values), tuple(unknown)


def agreed(parameters: CaseParameters | None, data: Dataset) -> CaseParameters:
    """Return the parameters under which `data` are analysed: their own filters go with whatever is left out.

    Raises
    ------
    UsageError
        Quotes were observed under other filters than the parameters name.
    """
    if not isinstance(data, OptionQuotes):
        return parameters or CaseParameters()
    if parameters is None:
        return CaseParameters(filters=data.filters)
    if parameters.filters != data.filters:
        raise UsageError(
            f"an analysis needs quotes observed under the filters of its case, {parameters.filters}, "
            f"found {data.filters}; use `viewed` with those filters"
        )
    return parameters


def _drawn(read: object) -> tuple[DrawnRegime, ...]:
    if not isinstance(read, list | tuple):
        raise UsageError(f"drawn of a case must be a list of marked spans, found {repr(read)[:40]}; remove it")
    return tuple(DrawnRegime.from_plain(one) for one in read)


def _mapping(read: object, name: str) -> Mapping[str, Any]:
    if not isinstance(read, Mapping):
        raise UsageError(
            f"{name} of a case must be an object with names and numbers, found {repr(read)[:40]}; remove it"
        )
    return read
