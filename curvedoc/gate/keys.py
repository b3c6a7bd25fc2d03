"""The keys of a policy: what each takes, wherever it is written (file, flag, Python), and how it is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from curvedoc.errors import UsageError, nearest
from curvedoc.states import State

from .expression import Bound, Condition, bound, parse, plain
from .names import subject, subjects
from .policy import DEFAULT_MIN_CONFIDENCE, Allowance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What an exception may name beside states, rules and conditions: every condition of a kind.
KINDS = ("fail-on", "expect", "max-gap", "max-wasted", "baseline")
ALLOWANCE = ("run", "what", "reason", "until")
_COMPARES = frozenset("<>=≤≥")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a policy: the value without it, and from what is written to what is meant and back."""

    default: Any
    read: Callable[[object], Any]
    write: Callable[[Any], str]


def _strings(value: object, example: str) -> tuple[str, ...]:
    """A string or a list of strings, blanks cut off; an empty string is a mistake, an empty list none."""
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError(f"not a list of strings: {value!r}", f"Give a list such as {example}.")
    if not all(entry.strip() for entry in entries):
        raise UsageError("names nothing: there is an empty string", f"Give a list such as {example}.")
    return tuple(entry.strip() for entry in entries)


def _split(entry: str) -> list[str]:
    return [name.strip() for name in entry.split(",") if name.strip()]


def _names(value: object) -> tuple[str, ...]:
    example = '["overfitting", "unstable"]'
    entries = _strings(value, example)
    names = [name for entry in entries for name in _split(entry)]
    if entries and not names:
        raise UsageError("names nothing: there are only commas", f"Give a list such as {example}.")
    for name in names:
        subject(name)
    return tuple(dict.fromkeys(names))


def _expectations(value: object) -> tuple[State | Condition, ...]:
    found: list[State | Condition] = []
    for entry in _strings(value, '["smooth_descent", "val/accuracy >= 0.93"]'):
        names = _split(entry)
        found += [State(n) for n in names] if _all_states(names) else [_expectation(entry)]
    return tuple(dict.fromkeys(found))


def _all_states(names: list[str]) -> bool:
    return bool(names) and set(names) <= set(State)


def _expectation(entry: str) -> Condition:
    if _COMPARES.isdisjoint(entry):
        name = next((name for name in _split(entry) if name not in set(State)), entry)
        raise UsageError(
            f"'{name}' is neither a state nor a condition.{nearest(name, list(State))}",
            f"Give states ({', '.join(State)}), or conditions such as val/loss <= 0.4.",
        )
    return parse(entry)


def _fraction(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(f"not a number from 0 to 1: {value!r}", "Give a number such as 0.8.")
    return float(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"neither true nor false: {value!r}", "Give true or false, without quotes.")
    return value


def _amount(value: object) -> Bound | None:
    """A number, or a string with a number or percent."""
    if isinstance(value, bool):
        return None
    found = bound(str(value)) if isinstance(value, int | float | str) else None
    return found if found and found.value >= 0 else None


def _gap(value: object) -> Bound:
    found = _amount(value)
    if found is None:
        raise UsageError(
            f"not a number from 0 up, nor a share: {value!r}",
            'Give a difference of losses such as 0.2, or a share of the train loss such as "20%".',
        )
    return found


def _wasted(value: object) -> Bound:
    found = _amount(value)
    if found is None or found.share > 1:
        raise UsageError(
            f"not a share from 0 to 1: {value!r}", 'Give a share of the training such as 0.3 or "30%".'
        )
    return found if found.percent else Bound(round(found.value * 100, 10), percent=True)


def _allowances(value: object) -> tuple[Allowance, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(entry, dict) for entry in value):
        raise UsageError(
            "not a list of tables",
            "Write [[tool.curvedoc.check.allow]] ([[check.allow]] in curvedoc.toml) and below it "
            "run, what, reason and until.",
        )
    return tuple(_allowance(entry, i) for i, entry in enumerate(value, 1))


def _allowance(entry: Mapping[str, object], number: int) -> Allowance:
    """One exception; every part is required, for an exception that nobody can explain never goes away."""
    here = f"entry {number}"
    for key in entry:
        if key not in ALLOWANCE:
            raise UsageError(
                f"{here} has an unknown key '{key}'.{nearest(key, ALLOWANCE)}",
                f"Known: {', '.join(ALLOWANCE)}.",
            )
    for key in ALLOWANCE:
        if entry.get(key) in (None, "", []):
            raise UsageError(f"{here} has no '{key}'", _ALLOWANCE_FIX[key])
    for key in ("run", "reason"):
        if not isinstance(entry[key], str):
            raise UsageError(f"{here}: '{key}' is not a string: {entry[key]!r}", _ALLOWANCE_FIX[key])
    what = tuple(_allowed(name) for name in _strings(entry["what"], '["overfitting"]'))
    return Allowance(str(entry["run"]), what, str(entry["reason"]), _day(entry["until"], here))


_ALLOWANCE_FIX = {
    "run": 'Give the runs it is for: a pattern of paths or names such as run = "mnist/old_*".',
    "what": 'Give what is allowed: a state, a rule, a condition or a key such as what = "max-gap".',
    "reason": 'Say why: reason = "labels of this split are known to be noisy".',
    "until": "Give the last day on which it counts: until = 2030-12-31.",
}


def _allowed(name: str) -> str:
    """What an exception names, written as conditions are."""
    if not _COMPARES.isdisjoint(name):
        return str(parse(name))
    known = (*subjects(), *KINDS)
    if name not in known:
        raise UsageError(
            f"'{name}' is neither a state, a rule, a condition nor one of {', '.join(KINDS)}."
            f"{nearest(name, known)}",
            "`curvedoc rules` lists states and rules.",
        )
    return name


def _day(value: object, here: str) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise UsageError(f"{here}: 'until' is not a day: {value}", _ALLOWANCE_FIX["until"])


def quoted(text: str) -> str:
    """A string of TOML: JSON's escapes, and what terminals or TOML do not take as it is."""
    out = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in out)


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, values))}]"


def _write_allowances(entries: tuple[Allowance, ...]) -> str:
    tables = (
        f"{{ run = {quoted(e.run)}, what = {_list(e.what)}, reason = {quoted(e.reason)}, until = {e.until} }}"
        for e in entries
    )
    return f"[{', '.join(tables)}]"


def _bool(value: bool) -> str:
    return str(value).lower()


def _bound(value: Bound) -> str:
    return quoted(str(value)) if value.percent else plain(value.value)


KEYS: dict[str, Key] = {
    "fail-on": Key((), _names, _list),
    "min-confidence": Key(DEFAULT_MIN_CONFIDENCE, _fraction, plain),
    "fail-on-inconclusive": Key(False, _switch, _bool),
    "fail-on-skipped": Key(False, _switch, _bool),
    "expect": Key((), _expectations, lambda value: _list(tuple(map(str, value)))),
    "max-gap": Key(None, _gap, _bound),
    "max-wasted": Key(None, _wasted, _bound),
    "allow": Key((), _allowances, _write_allowances),
}
