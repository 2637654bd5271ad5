"""The named parameters of a case: every house default that decides a number and that a user may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from outsample.datasets import OptionQuotes
from outsample.datasets.weights import Filters
from outsample.errors import UsageError
from outsample.model import Dataset
from outsample.named_parameters import chosen, named_choices, named_parameters
from outsample.regimes import RegimeSettings
from outsample.verdict import Limits

Value = float | StrEnum

__all__ = ["GROUPS", "CaseParameters", "agreed"]

GROUPS: Final = {"filters": Filters, "limits": Limits, "regimes": RegimeSettings}


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
            f"{group} by {value.replace('-', ' ')}"
            for group, kind in GROUPS.items()
            for name, default in named_choices(kind).items()
            if (value := getattr(getattr(self, group), name)) != default
        ]
        return (*numbers, *choices)

    def with_values(self, values: Mapping[tuple[str, str], Value]) -> Self:
        """Return the parameters with other values, by group and name.

        Raises
        ------
        UsageError
            A value is out of its bounds.
        """
        groups: dict[str, Any] = {}
        for group in GROUPS:
            own = {name: value for (of, name), value in values.items() if of == group}
            groups[group] = replace(getattr(self, group), **own)
        return replace(self, **groups)

    @classmethod
    def from_plain(cls, read: object) -> tuple[Self, tuple[str, ...]]:
        """Return the parameters that a case file holds, and the names of keys that this version does not know.

        Parameters
        ----------
        read : object
            Mapping of mappings, as `dataclasses.asdict` gives them; what is missing keeps its default.

        Raises
        ------
        UsageError
            It is no mapping of mappings, or a value is no number or out of its bounds.
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


def _mapping(read: object, name: str) -> Mapping[str, Any]:
    if not isinstance(read, Mapping):
        raise UsageError(
            f"{name} of a case must be an object with names and numbers, found {repr(read)[:40]}; remove it"
        )
    return read
