"""What terminals and loggers put around a line: colours, carriage returns, timestamps, prefixes, bars."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_LINE = 10_000
"""Longer lines are data, source or a dumped configuration, and would cost without end."""

CUT = " , "
"""What stands for a progress bar that was taken out."""

_ANSI_UP = r"\x1b\[\d*[AF]"
_ANSI = r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"
_GLUED_COUNTER = re.compile(r"(?i)(?<![^\W_])(epochs?|steps?|iter(?:ation)?s?|round)[_-]?(?=\d+\b)")
_GLUED_EPOCH = re.compile(r"\b(\d+)(?:(?:st|nd|rd|th) )?epoch\b", re.IGNORECASE)
_BATCHES = re.compile(r"\b\d+-(\d+)(batch|iter)\b")

_PREFIX = re.compile(
    r"""(?:\s*+(?>
      \[\d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d\ [A-Za-z][\w.-]*\] | \(\w+\.py:?\ ?\d+\):?
    | \[?\d{4}[-/]\d\d?[-/]\d\d?[T\s,|]\s?\d\d?:\d\d(?::\d\d)?(?:[.,:]\d+)?\s?(?:Z\b|UTC|[+-]\d\d:?\d\d)?\]?:?
    | \[?\d\d?[./-]\d\d?(?:[./-]\d\d(?:\d\d)?)?[ |]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:\ [AP]M)?\]?:?
    | \[\d{4}-\d\d-\d\d:\d\d:\d\d:\d\d(?::\w+)?\]
    | \[\d\d?:\d\d:\d\d(?:[.,]\d+)?\]:? | \d\d:\d\d:\d\d(?:[.,]\d+)?(?=\s|\])\]?
    | \[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\ \w{3}\ +\d+\ \d\d:\d\d:\d\d(?:\ \d{4})?\]?
    | [IWEF]\d{4}\ \d\d:\d\d:\d\d\.\d+\s+\d+\ [^\s\]]+\]
    | (?:std(?:out|err)\ [FP]\s)
    | \[?(?i:info|debug|warning|warn|error|notice|critical)\b\]?:?(?:[\w.]+:(?=\s?\S))?
    | \[?\w[\w./-]*\.(?:py|cpp|cc|cu|h|hpp)(?::\d+)?(?::\w+|:?\s?\([\w<>]+\))?\]?:?
    | \[?\w+(?:\.\w+)+\]?\s?(?=[-:|\]]\s) | \[?root\]?(?=[\s:\]])
    | \(\w*\ ?pid=\d+[^)]*\) | \[pid[ =:]?\d+\]
    | [-|:>]{1,3}(?=\s)
    ))++\s?""",
    re.VERBOSE,
)
_RANK = re.compile(
    r"\s*\[?(?:rank[ _:=]?|default|1,|worker[ _]?)(\d+)\]?(?:<std(?:out|err)>)?:?\s?(?=\S)", re.IGNORECASE
)
_CONTAINER = re.compile(r"\s*[\w.-]+[-_]\d+\s+\|\s")

_COCO = (
    r"Average (?:Precision|Recall) {1,4}\((AP|AR)\) @\[ IoU=([\d.:]+) {0,9}\| area= {0,6}(\w+) \| "
    r"maxDets= {0,4}(\d+) \] = "
)
_BAR = re.compile(
    r"\d{1,3}(?:\.\d+)?%\s?\|[^|]*\||\[[=>.#\-* ]{5,}\]|[━╸╺█▏▎▍▌▋▊▉░▒▓─]{4,}(?:\s*[━╸╺─]+)*|\b\d+it(?= \[\d)"
)
_RATE = re.compile(r"\[[\d?:]+(?:<[^,\]]*)?,?\s*[\d.?]*\s?(?:\w+/s|s/\w+)")


def lines_in(text: str) -> list[str]:
    """The lines of a text as a terminal would have shown them, every state of a progress bar on its own.

    Colours and cursor movements are taken off; a carriage return or a run of backspaces ends a line.
    """
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = re.sub(_ANSI, "", re.sub(_ANSI_UP, "\n", text))
    if "\b" in text:
        text = re.sub("\b{3,}", "\n", text).replace("\b", "")
    if "#011" in text:  # a tab, as syslog and SageMaker write it
        text = text.replace("#011", "\t")
    if "：" in text:
        text = text.replace("：", ": ")
    return text.split("\n")


def spelled_out(line: str) -> str:
    """A line in which words and numbers that are glued or swapped stand apart (``epoch12``: ``epoch 12``)."""
    if "Saving dict" in line:
        line = line.replace("Saving dict for global step", "eval global_step")  # TensorFlow estimators
    if "A" in line:
        line = line.replace("AP .", "AP@.").replace("AR .", "AR@.")  # COCO: the number belongs to the name
        if "Average Precision" in line or "Average Recall" in line:
            line = re.sub(_COCO, _coco_name, line)
    line = _GLUED_COUNTER.sub(r"\1 ", line)
    if "poch" in line or "batch" in line or "iter" in line:
        line = _BATCHES.sub(r"\2 \1", _GLUED_EPOCH.sub(r"epoch \1", line))
    return line


def _coco_name(match: re.Match[str]) -> str:
    """The short name of a line of pycocotools' summary (``AP50 = ``)."""
    overlap = {"0.50": "50", "0.75": "75"}.get(match[2], "")
    area = "" if match[3] == "all" else match[3][0]
    most = match[4] if match[1] == "AR" and match[4] != "100" else ""
    return f"val/{match[1]}{overlap or area or most} = "


class Bare(NamedTuple):
    """A line without what a logger put in front: the rest, the rank that printed it (-1: none is named), and
    from where to where in the whole line that stands."""

    line: str
    rank: int = -1
    named: tuple[int, int] = (0, 0)


def without_prefix(whole: str) -> Bare:
    """A line without timestamp, level, logger name and rank."""
    line, rank, named = whole, -1, (0, 0)
    found = _PREFIX.match(line)
    if found:
        line = line[found.end() :]
    if line[:1] in "[ rdRwW" or found is None:
        says = _RANK.match(line)
        if says:
            at = len(whole) - len(line)
            rank, named = int(says[1]), (at, at + says.end())
            line = _unprefixed(line[says.end() :])
    if "|" in line:
        container = _CONTAINER.match(line)
        if container:
            line = _unprefixed(line[container.end() :])
    return Bare(line, rank, named)


def _unprefixed(line: str) -> str:
    found = _PREFIX.match(line)
    return line[found.end() :] if found else line


def without_bar(line: str) -> tuple[str, list[tuple[int, int]]]:
    """A line with its progress bar (and the rate behind it) taken out, and which parts of the line are left;
    no parts where there was no bar."""
    if not ("%" in line or "==" in line or ".." in line or "━" in line or "█" in line or "it [" in line):
        return line, []
    bars = [found.span() for found in _BAR.finditer(line)]
    if not bars:
        return line, []
    left: list[tuple[int, int]] = []
    start = 0
    for end, behind in (*bars, (len(line), 0)):
        for rate in _RATE.finditer(line, start, end):
            left.append((start, rate.start()))
            start = rate.end()
        left.append((start, end))
        start = behind
    return CUT.join(line[a:b] for a, b in left), left
