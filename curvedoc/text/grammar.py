"""The layout of a line: which of its numbers is the value of which name, and which of them count.

A line is cut at its numbers. What stands between two of them ends with the key of the second (``loss:``,
``loss =``, ``loss``) and may hold words of a section before it (``Test set:``, ``[valid]``). Lines with the
same words have the same layout, so each layout is understood once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from curvedoc.naming.tokens import Kind

from . import words
from .plan import Item, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NUMBERS = 400
"""A line with more numbers is an array or a dump."""

MAX_WORDS = 2000
"""Letters between the numbers of a line beyond which it is prose or source code."""

_EXPONENT = r"(?:[eE][-+]?\d+)?"
_THOUSANDS = r"(?:,\d{3})++(?![\d,])(?:\.\d+)?"
# The first character is matched before anything behind it is looked at: so the search skips the others fast.
_NUMBER = (
    r"[-+.\d](?<![\w@#$.\\].)(?<!\w-.)(?:"
    r"(?<=\d)(?:\d*+(?::\d\d:\d\d(?:[.,]\d+)?|:\d\d(?![\d.:]))|\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?|"
    rf"\d{{0,2}}{_THOUSANDS}|\d*+(?:\.\d*+)?{_EXPONENT})|"
    rf"(?<=[-+])(?:\d{{1,3}}{_THOUSANDS}|(?:\d++(?:\.\d*+)?|\.\d++){_EXPONENT})|"
    rf"(?<=\.)\d++{_EXPONENT})"
)
_NAN = (
    r"(?<![\w.])[-+]?(?i:nan|inf|infinity)(?![\w.(])(?:(?<=[:=]nan)|(?<=[:=] nan)|(?<=[:=]inf)|(?<=[:=] inf)|"
    r"(?<=[:=]-inf)|(?<=[:=] -inf)|(?<=[:=]NaN)|(?<=[:=] NaN)|(?!\s+\w+ ?[:=])(?! [a-z]+ [a-z]))"
)
NUMBER = re.compile(f"({_NUMBER})")
NUMBER_OR_NAN = re.compile(f"({_NUMBER}|{_NAN})")

_WRAPPER = re.compile(r"(?:tensor|array|Decimal|float|np\.\w+|numpy\.\w+|jnp\.\w+)\($")
_SEPARATOR = re.compile(r"\s*(?::=|=>|->|[:=])\s*$")
_BRACED = re.compile(r"\s?\(([^()\[\]]{0,24})\)")
_DELIMITER = re.compile(
    r"[|,;\[\]{}()<>\t•*!?\"、，。；（）【】]|\s{2,}|[:=](?=\s|$)|\s[:=]|\s[-–—~]+(?=\s|$)|(?<=[a-z])\.(?=\s)|\.{2,}|(?<![\w])'|'(?!\w)|[-=]>"
)
_SLASH = re.compile(r"\s*(?:/|\bof\b)\s*")
_MEAN = re.compile(r"\s*[\[(]\s*(?:avg|mean|average|global_avg|ave)?\s*[:=]?\s*", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_SPREAD = re.compile(r"\s*(?:±|\+/-|\+-)\s*")
_LIST = re.compile(r"\s*,?\s*")


def read_layout(gaps: Sequence[str], bar: bool = False) -> Plan:
    """The layout of a line from the text around its numbers (one gap more than numbers)."""
    if len(gaps) < 2 or len(gaps) > MAX_NUMBERS or sum(map(len, gaps)) > MAX_WORDS:
        return NOTHING
    if words.is_about(gaps[0]):
        return NOTHING
    reader = _Reader(gaps)
    reader.read()
    split = (
        "" if reader.items else reader.said or words.split_in(gaps[-1].strip(" ,;:|-([").partition(" (")[0])
    )
    if all(i.split == reader.said for i in reader.items):
        split = split or reader.said
    return Plan(
        tuple(reader.counters.items()),
        tuple(_scores(reader.items)),
        reader.inner,
        split,
        bar,
        leading=reader.leading,
    )


def _scores(items: list[Item]) -> list[Item]:
    """Beside a loss, values named by their splits alone are scores (``Loss: 0.5, Train: 0.9, Val: 0.8``)."""
    alone = [i for i in items if words.SPLIT.fullmatch(i.key)]
    if len(alone) < 2 or not any(
        words.kind(i.key) is Kind.LOSS and not words.own_split(i.key) for i in items
    ):
        return items
    return [replace(i, key=f"{i.key} score") if i in alone else i for i in items]


NOTHING = Plan()
"""A line that reports nothing."""


class _Reader:
    """Reads one line number by number; what it has found so far is its state.

    ``last`` tells what the number before was: ``"item"``, ``"list"`` (an item whose brackets are open),
    ``"counter"``, ``"open"`` (without a name yet) or ``"closed"``.
    """

    def __init__(self, gaps: Sequence[str]) -> None:
        self.gaps = gaps
        self.counters: dict[str, int] = {}
        self.items: list[Item] = []
        self.inner = (-1, -1)
        self.section = self.said = ""
        self.leading = False
        self.last = "closed"
        self.open_at = -1

    def read(self) -> None:
        """All numbers in turn."""
        skip = 0
        for at in range(len(self.gaps) - 1):
            before, after = self.gaps[at][skip:], self.gaps[at + 1]
            unit = words.UNIT.match(after)
            kilo = None if unit else words.KILO.match(after)
            percent = re.match(r"\s?%", after)
            glued = None if unit or kilo else _LETTERS.match(after)
            skip = next((found.end() for found in (unit, kilo, percent, glued) if found), 0)
            if not (at and self._belongs(at, before, after, bool(unit or percent))):
                self._new(at, before, bool(unit or glued), bool(percent), 1000.0 if kilo else 1.0)
        if self.last == "open" and self.open_at > 0:
            self._name_behind(_DELIMITER.split(self.gaps[-1][skip:])[0])

    def _belongs(self, at: int, before: str, after: str, unit: bool) -> bool:
        """Whether a number only adds to the one before: a total, an average, a spread, the next of a list."""
        if _SLASH.fullmatch(before):
            if self.last == "item":
                self.items[-1] = replace(self.items[-1], of=at)
            elif self.last == "open" and not unit and self.inner[0] < 0:
                self.inner = (at - 1, at)
                if self.leading and at == 1:
                    self.counters, self.leading = {}, False
            self.last = "counter" if self.last == "counter" else "closed"
            return True
        if _MEAN.fullmatch(before) and self.last in ("item", "counter", "closed"):
            closes = after.lstrip(" %")[:1] in (")", "]")
            if self.last == "item" and not unit and after[:1] == "/":  # `Acc: 45% (100/200)`
                self.last = "closed"
                return True
            if self.last == "item" and not unit and closes:
                self.items[-1] = replace(self.items[-1], mean=at)
            return closes and (unit or self.last == "item")
        if _SPREAD.fullmatch(before):
            return True
        if self.last == "list" and _LIST.fullmatch(before):
            stem, _, number = self.items[-1].key.rpartition("/")
            if not number.isdigit():
                stem, number = self.items[-1].key, "0"
                self.items[-1] = replace(self.items[-1], key=f"{stem}/0")
            self.items.append(replace(self.items[-1], key=f"{stem}/{int(number) + 1}", at=at))
            return True
        return False

    def _new(self, at: int, before: str, unit: bool, percent: bool, factor: float) -> None:
        """A number that has a key of its own, or none."""
        key, separated, opened, earlier = _key(before)
        if earlier and self.last == "open" and self.open_at > 0 and before[:1] == " ":
            self._name_behind(earlier.pop(0))
        for phrase in earlier:
            self._section(phrase)
        counted = words.counter(key)
        if unit or (counted and percent):
            self.last = "closed"
        elif not any(c.isalpha() or c == "#" for c in key):
            self._nameless(at, before)
        elif counted:
            self._section(key)
            self.counters.setdefault(counted, at)
            self.last = "counter"
        elif words.SPLIT.fullmatch(key) and self._numbers_split(at, separated or opened):
            self._section(key)
        else:
            self._value(at, key, opened, factor)

    def _value(self, at: int, key: str, opened: bool, factor: float) -> None:
        key = "train" if key == "learn" else key  # CatBoost
        split = words.split_in(key)
        if split and " " in key:
            self.section = split
        elif not split and (own := words.own_split(key)) and any(i.name == key for i in self.items):
            self.section = own
        self.items.append(Item(key, at, "" if split else self.section, factor=factor))
        self.last = "list" if opened else "item"

    def _numbers_split(self, at: int, marked: bool) -> bool:
        """Whether a split's number counts: ``Test: [0/48]`` batches, ``Train: 0 [0/1251 …]`` epochs."""
        follows = self.gaps[at + 1]
        if marked and _SLASH.fullmatch(follows) and at + 2 < len(self.gaps):
            if re.fullmatch(r"\]\s*\[\s*", self.gaps[at + 2]):  # `Train: [0/300][10/1251]`
                self.counters.setdefault(words.EPOCH, at)
                self.last = "counter"
                return True
            self.last, self.open_at = "open", at
            return True
        if (
            re.fullmatch(r"\s*\[\s*", follows)
            and at + 3 < len(self.gaps)
            and _SLASH.fullmatch(self.gaps[at + 2])
        ):
            self.counters.setdefault(words.EPOCH, at)
            self.last = "counter"
            return True
        return False

    def _nameless(self, at: int, before: str) -> None:
        """A number without a key: at the beginning it counts; a pair ``[1, 2000]`` is epoch and batch."""
        if (
            at == 1
            and self.leading
            and "[" in self.gaps[0]
            and before.strip() == ","
            and "]" in self.gaps[2][:2]
        ):
            self.counters, self.leading, self.last = {words.EPOCH: 0, words.BATCH: 1}, False, "counter"
            return
        self.last, self.open_at = "open", at
        if at == 0 and not before.strip(" \t[(<"):
            self.counters[words.STEP] = at
            self.leading = True

    def _section(self, phrase: str) -> None:
        split = words.split_in(phrase)
        if split:
            self.section = self.said = split

    def _name_behind(self, phrase: str) -> None:
        """Give the number before the name that stands behind it (``6.1 avg loss,``)."""
        phrase = phrase.strip()
        if 0 < len(phrase.split()) <= 3 and phrase[0].isalpha() and words.is_name(phrase):
            self.items.append(Item(phrase, self.open_at, "" if words.own_split(phrase) else self.section))
            self.last = "closed"


def _key(before: str) -> tuple[str, bool, bool, list[str]]:
    """The key at the end of a gap, whether ``:`` or ``=`` follows it, whether a list begins, and the phrases
    before it."""
    text = before.rstrip()
    opened = text[-1:] in ("[", "{")
    text = _WRAPPER.sub("", text.rstrip("[{<\"'` ")).rstrip("[({<\"'` ")
    separator = _SEPARATOR.search(text)
    body = (text[: separator.start()] if separator else text).replace("'s ", " ")
    body = _BRACED.sub(_unbraced, body).rstrip("\"'` ")
    phrases = [p.strip(" '`\"*#-") if p.strip() != "#" else "#" for p in _DELIMITER.split(body)]
    key, ahead = words.key_of(phrases.pop().lstrip(". "), separator is not None)
    if before[:1] == " " or before[:1].isalpha() or not phrases:
        return key, separator is not None, opened, [*phrases, ahead] if ahead else phrases
    return key, separator is not None, opened, [*(p for p in phrases if p), ahead]


def _unbraced(match: re.Match[str]) -> str:
    inside = match[1].strip()
    return " " if re.fullmatch(r"[\W\d]*|ms|s|sec|MB|GB", inside) else f" {inside}"
