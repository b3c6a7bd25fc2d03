"""How numbers, steps and foreign text are written, the same in every report.

Text from logs (run names, column names, paths, notes) is untrusted: a terminal obeys escape
sequences, and bidirectional overrides make a name read as another one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .measure import Evidence
    from .rule import Finding, Fix, Trial

# What has no ASCII form of its own; everything else falls back to a visible escape.
_PLAIN = {
    "–": "-",
    "—": "-",
    "−": "-",
    "·": "-",
    "•": "*",
    "…": "...",
    "×": "x",
    "→": "->",
    "≈": "~",
    "≤": "<=",
    "≥": ">=",
    "±": "+/-",
    "²": "^2",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "│": "|",
    "┤": "+",
    "┊": ":",
    "─": "-",
    "┴": "+",
    "└": "+",
    "▲": "^",
    "●": "*",
}


def clean(text: str) -> str:
    """``text`` with everything that cannot be seen made visible: ESC becomes ``\\x1b``.

    Escaped are control characters (C0, C1, line ends), bidirectional overrides, zero-width and other
    format characters, lone surrogates, and white space other than the blank.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def ascii_only(text: str) -> str:
    """``text`` for an output that knows ASCII alone: our own signs spelled out, others escaped."""
    if text.isascii():
        return text
    spelled = "".join(_PLAIN.get(c, c) for c in text)
    return spelled.encode("ascii", "backslashreplace").decode()


def shorten(text: str, width: int, sign: str = "…") -> str:
    """``text`` cut in the middle to at most ``width`` characters; both ends of a path tell runs apart."""
    if len(text) <= width:
        return text
    room = width - len(sign)
    if room < 2:
        return text[: max(0, width)]
    tail = room * 2 // 3
    return f"{text[: room - tail]}{sign}{text[len(text) - tail :]}"


def number(value: float) -> str:
    """Three or four significant digits, integers in full: ``0.0412``, ``1.421``, ``60``, ``3.1e-5``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    size = abs(value)
    if size < 1e6 and (size >= 1e4 or value == int(value)):
        return f"{value:.0f}" if round(value) else "0"
    digits = 3 if size < 0.1 else 4
    text = f"{value:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    if "." in mantissa and not exponent:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def percent(share: float) -> str:
    """A probability in whole percent; certainty is never claimed: ``93 %``, ``<1 %``, ``>99 %``."""
    if math.isnan(share):
        return "? %"
    if share >= 0.995:
        return ">99 %"
    if share < 0.01:
        return "<1 %"
    return f"{share * 100:.0f} %"


def step(value: float) -> str:
    """A position on the step axis: integral steps in full, others with four significant digits."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return number(value)


def chance(p: float) -> str:
    """A p-value behind its letter: ``"= 0.023"``, ``"< 0.0001"``."""
    return "< 0.0001" if p < 1e-4 else f"= {p:.2g}"


def axis(x: str) -> str:
    """What one position on the step axis is called: ``"epoch"`` for ``train/epoch``, ``"step"`` for none."""
    return shorten(clean(x.strip(" #:").rsplit("/", 1)[-1].strip("_ ").lower()), 20) or "step"


def count(n: int, noun: str) -> str:
    """``"1 run"``, ``"3 runs"``."""
    if n == 1:
        return f"1 {noun}"
    return f"{n} {noun}" if noun.endswith("s") else f"{n} {noun}s"


def comparison(evidence: Evidence) -> str:
    """What was compared, always a true statement: ``"0.41 > 0.1 of the initial drop"``."""
    sign = {(True, True): ">", (True, False): "≤", (False, True): "<", (False, False): "≥"}
    compared = sign[evidence.above, evidence.passed]
    said = f"{number(evidence.value)} {compared} {number(evidence.limit)}"
    return f"{said} {evidence.unit}" if evidence.unit else said


def advice(findings: Iterable[Finding]) -> list[Fix]:
    """The fixes of all findings, each remedy once, in the words (and with the trial) of the finding that
    comes first.

    Those for the state of the first finding come first, what failed its trial comes last; within that as
    the trials order them, else as the findings do.
    """
    findings = tuple(findings)
    fixes: dict[str, tuple[bool, Fix]] = {}
    for finding in findings:
        for fix in finding.fixes:
            fixes.setdefault(fix.remedy, (finding.state is not findings[0].state, fix))

    def place(item: tuple[bool, Fix]) -> tuple[bool, bool, tuple[int, float]]:
        aside, fix = item
        return (fix.tried is not None and fix.tried.failed, aside, fix.rank)

    return [fix for _, fix in sorted(fixes.values(), key=place)]


def trial(found: Trial) -> str:
    """What came of a remedy: ``"tried on 30 sick runs: 27 cured (74–97 %)"``."""
    share = f"{found.low * 100:.0f}–{found.high * 100:.0f} %"
    if found.failed:
        return f"failed its trial: {found.cured} of {count(found.sick, 'sick run')} cured ({share})"
    return f"tried on {count(found.sick, 'sick run')}: {found.cured} cured ({share})"
