"""From what files, flags and callers say to the policy of every path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curvedoc.errors import UsageError
from curvedoc.settings import known
from curvedoc.source import covers

from .keys import KEYS
from .policy import SICK, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curvedoc.settings import Settings

# Without any of these nothing would ever fail.
DEMANDS = ("fail-on", "expect", "max-gap", "max-wasted")


@dataclass(frozen=True, eq=False)
class Place:
    """The policy for paths that a pattern covers (``""``: all), and where each of its keys comes from."""

    pattern: str
    policy: Policy
    origins: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Policies:
    """The policy everywhere, and those of paths; of several patterns that cover a path the last counts."""

    everywhere: Place
    places: tuple[Place, ...] = ()

    def at(self, path: str) -> Policy:
        """The policy for one path."""
        fitting = (place for place in reversed(self.places) if covers(place.pattern, path))
        return next(fitting, self.everywhere).policy


def policies(given: Mapping[str, Any], settings: Settings | None = None, *, more: bool = False) -> Policies:
    """What is given with the call (``fail_on`` ...; None where it is silent), and below it the settings.

    ``more``: other conditions will be checked as well (a baseline). Where nothing is demanded and there is
    nothing more, the sick states fail. Raises :class:`UsageError` for what is no policy, and where a policy
    demands nothing of any run although it says something.
    """
    file = str(settings.path) if settings and settings.path else ""
    flags = _given(given)
    check = _table(settings.check, file, "check") if settings else {}
    everywhere = _place("", [check, flags], more)
    places = [
        _place(pattern, [check, _table(own, file, f'paths."{pattern}".check'), flags], more)
        for pattern, own in (settings.checks.items() if settings else ())
    ]
    if not more and all(place.policy.empty for place in (everywhere, *places)):
        raise UsageError(
            "nothing to fail on: the policy demands nothing of any run",
            f"Give one of {', '.join(DEMANDS)}; without any of them the sick states fail.",
            file,
        )
    return Policies(everywhere, tuple(places))


_Said = dict[str, tuple[Any, str]]


def _given(given: Mapping[str, Any]) -> _Said:
    """What was given with the call, by key; Python's names have ``_`` for ``-``."""
    named = {key: given.get(key.replace("-", "_")) for key in KEYS}
    return {key: (_read(key, value), f"--{key}") for key, value in named.items() if value is not None}


def _table(table: Mapping[str, Any], file: str, name: str) -> _Said:
    """The keys of one table of a settings file."""
    known(table, KEYS, file, f"[{name}] ")
    return {key: (_read(key, own, file, f"[{name}] "), f"{file} [{name}]") for key, own in table.items()}


def _read(key: str, value: object, file: str = "", table: str = "") -> Any:
    try:
        return KEYS[key].read(value)
    except UsageError as error:
        raise UsageError(f"{table}{key}: {error.problem}", error.fix, file) from error


def _place(pattern: str, layers: list[_Said], more: bool) -> Place:
    """Layers over each other, key by key, the last on top; exceptions add up, for each names its runs."""
    said = {key: (default.default, "default") for key, default in KEYS.items()}
    for layer in layers:
        said |= layer
    allow = [layer["allow"] for layer in layers if "allow" in layer]
    if allow:
        entries = tuple(dict.fromkeys(entry for values, _ in allow for entry in values))
        said["allow"] = (entries, ", ".join(origin for _, origin in allow))
    if not more and all(said[key][1] == "default" for key in DEMANDS):
        said["fail-on"] = (tuple(state.value for state in SICK), "default, for nothing else is demanded")
    values = {key.replace("-", "_"): value for key, (value, _) in said.items()}
    return Place(pattern, Policy(**values), {key: origin for key, (_, origin) in said.items()})
