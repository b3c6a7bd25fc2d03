"""Conditions on values, as a policy writes them: ``best val/loss <= 0.41``.

    condition := [level] curve ["at" unit number] comparison bound
    level     := final | last | best | min | max          (final where none is written)
    curve     := a role (val/loss) or a logged name; in quotes where it holds blanks or is a word of ours
    unit      := step, or what the log counts: epoch, iteration ...
    comparison := < | <= | > | >=
    bound     := a decimal number, with % where a share is meant

Read by hand, word by word: nothing is evaluated.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from curvedoc.errors import UsageError, nearest


class Level(StrEnum):
    """Which of its values a curve is judged by."""

    FINAL = "final"  # the level at the end: what one lucky or unlucky last value cannot change
    LAST = "last"  # the last value logged
    BEST = "best"  # the best value logged
    MIN = "min"
    MAX = "max"


COMPARISONS = ("<=", ">=", "<", ">")
_EXAMPLE = "Write it like val/accuracy >= 0.93, best val/loss <= 0.41 or train/loss at step 500 < 2."
_SPELLED = {"≤": "<=", "≥": ">="}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_WORD = r"[^\s\"'<>=!≤≥]+"
_TOKEN = re.compile(
    rf"(?P<blank>\s+)|(?P<quoted>\"[^\"]*\"|'[^']*')|(?P<sign><=|>=|=<|=>|==|!=|[<>=≤≥])|(?P<word>{_WORD})|(?P<odd>.)",
    re.DOTALL,
)
_KEYWORDS = (*Level, "at")


@dataclass(frozen=True, slots=True)
class Bound:
    """A number of a policy; with ``percent`` it is ``value`` of a hundred."""

    value: float
    percent: bool = False

    @property
    def share(self) -> float:
        """The number as it counts: 0.93 for 93 %."""
        return self.value / 100 if self.percent else self.value

    def __str__(self) -> str:
        return plain(self.value) + ("%" if self.percent else "")


@dataclass(frozen=True, slots=True)
class Condition:
    """A bound on one value of one curve.

    ``step``: where the value is taken, counted in ``unit``; None for the value that ``level`` names.
    """

    curve: str
    comparison: str
    bound: Bound
    level: Level = Level.FINAL
    step: float | None = None
    unit: str = "step"

    def __str__(self) -> str:
        level = "" if self.level is Level.FINAL else f"{self.level} "
        at = "" if self.step is None else f" at {self.unit} {plain(self.step)}"
        return f"{level}{_quoted(self.curve)}{at} {self.comparison} {self.bound}"

    def holds(self, value: float) -> bool:
        """Whether a value, in the unit of the bound's share, is within it; NaN is not."""
        share = self.bound.share
        return {"<": value < share, "<=": value <= share, ">": value > share, ">=": value >= share}[
            self.comparison
        ]


def plain(value: float) -> str:
    """A number in full, integers without their point: reading it again gives the same number."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _quoted(name: str) -> str:
    bare = re.fullmatch(_WORD, name) and name not in _KEYWORDS and not _NUMBER.match(name)
    if bare:
        return name
    return f"'{name}'" if '"' in name else f'"{name}"'


def bound(text: str) -> Bound | None:
    """``"0.2"`` or ``"20%"`` as a number; None where it is neither."""
    number = text.strip()
    percent = number.endswith("%")
    number = number.removesuffix("%").strip()
    if not _NUMBER.fullmatch(number) or not math.isfinite(float(number)):
        return None
    return Bound(float(number), percent)


def parse(text: str) -> Condition:
    """The condition that ``text`` states; raises :class:`UsageError` naming the word and its place."""
    words = _Words(text)
    level = words.level()
    curve = words.curve(level)
    unit, step = words.at()
    comparison = words.comparison()
    found = words.bound()
    words.end()
    if step is not None and level is not None:
        words.refuse(f"'{level}' and 'at {unit}' exclude each other", 0)
    return Condition(curve, comparison, found, level or Level.FINAL, step, unit)


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str
    place: int

    def says(self, *words: str) -> bool:
        """Whether this is one of our own words; what stands in quotes never is."""
        return self.kind == "word" and self.text in words


class _Words:
    """The words of one condition, taken from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = _TOKEN.finditer(text)
        words = [_Word(str(m.lastgroup), m.group(), m.start()) for m in found if m.lastgroup != "blank"]
        self.words = [*words, _Word("end", "", len(text))]
        self.next = 0
        for word in self.words:
            if word.kind == "odd":
                quote = "a quote is not closed" if word.text in "\"'" else f"'{word.text}' means nothing here"
                self.refuse(quote, word.place)

    def peek(self) -> _Word:
        return self.words[self.next]

    def take(self) -> _Word:
        word = self.words[self.next]
        self.next = min(self.next + 1, len(self.words) - 1)
        return word

    def refuse(self, problem: str, place: int) -> NoReturn:
        raise UsageError(f"{problem}, at character {place + 1} of '{self.text}'", _EXAMPLE)

    def level(self) -> Level | None:
        return Level(self.take().text) if self.peek().says(*Level) else None

    def curve(self, level: Level | None) -> str:
        word = self.take()
        if word.kind == "quoted" and len(word.text) > 2:
            return word.text[1:-1]
        if word.kind == "word" and not word.says(*_KEYWORDS) and not _NUMBER.fullmatch(word.text.rstrip("%")):
            return word.text
        after = f" after '{level}' (a curve of that name stands in quotes)" if level else ""
        return self.refuse(f"a curve is expected{after}, not {_shown(word)}", word.place)

    def at(self) -> tuple[str, float | None]:
        if not self.peek().says("at"):
            return "step", None
        self.take()
        unit = self.take()
        if unit.kind != "word" or _NUMBER.fullmatch(unit.text):
            self.refuse(f"'step' or 'epoch' is expected after 'at', not {_shown(unit)}", unit.place)
        step = self.take()
        found = bound(step.text)
        if found is None or found.percent:
            self.refuse(f"a number is expected after 'at {unit.text}', not {_shown(step)}", step.place)
        return unit.text, found.value

    def comparison(self) -> str:
        word = self.take()
        sign = _SPELLED.get(word.text, word.text)
        if word.kind == "sign" and sign in COMPARISONS:
            return sign
        problem = f"one of {', '.join(COMPARISONS)} is expected, not {_shown(word)}"
        if sign in ("=<", "=>"):
            problem = f"'{sign}' is written '{sign[::-1]}'"
        elif word.kind == "sign":
            problem = f"'{sign}' cannot be asked of measured numbers: use one of {', '.join(COMPARISONS)}"
        elif word.kind == "word" and self.next >= 2:
            before = self.words[self.next - 2]
            guess = nearest(before.text, Level) if self.next == 2 else ""
            problem += guess or " (a name with blanks stands in quotes)"
        return self.refuse(problem, word.place)

    def bound(self) -> Bound:
        word = self.take()
        percent = "%" if self.peek().says("%") else ""
        found = bound(word.text + percent) if word.kind == "word" else None
        if found is None:
            comma = " (decimals are written with a point)" if re.fullmatch(r"-?\d+,\d+%?", word.text) else ""
            self.refuse(f"a number is expected, not {_shown(word)}{comma}", word.place)
        if percent:
            self.take()
        return found

    def end(self) -> None:
        word = self.take()
        if word.kind != "end":
            self.refuse(
                f"nothing is expected behind the number, but there is {_shown(word)}; "
                "several conditions are a list",
                word.place,
            )


def _shown(word: _Word) -> str:
    return "the end" if word.kind == "end" else f"'{word.text}'"
