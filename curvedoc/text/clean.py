"""What terminals and loggers put around a line: colours, carriage returns, timestamps, prefixes, bars."""

from __future__ import annotations

import re

MAX_LINE = 10_000
"""Longer lines are data, source or a dumped configuration, and would cost without end."""

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
    text = text.replace("Saving dict for global step", "eval global_step")  # TensorFlow estimators
    text = text.replace("AP .", "AP@.").replace("AR .", "AR@.")  # COCO: the number belongs to the name
    if "Average Precision" in text:
        text = re.sub(_COCO, _coco_name, text)
    text = _GLUED_COUNTER.sub(r"\1 ", text)
    if "epoch" in text:
        text = _BATCHES.sub(r"\2 \1", _GLUED_EPOCH.sub(r"epoch \1", text))
    return text.split("\n")


def _coco_name(match: re.Match[str]) -> str:
    """The short name of a line of pycocotools' summary (``AP50 = ``)."""
    overlap = {"0.50": "50", "0.75": "75"}.get(match[2], "")
    area = "" if match[3] == "all" else match[3][0]
    most = match[4] if match[1] == "AR" and match[4] != "100" else ""
    return f"val/{match[1]}{overlap or area or most} = "


def without_prefix(line: str) -> tuple[str, int]:
    """A line without timestamp, level and logger name, and the rank that printed it (-1: none is named)."""
    rank = -1
    found = _PREFIX.match(line)
    if found:
        line = line[found.end() :]
    if line[:1] in "[ rdRwW" or found is None:
        named = _RANK.match(line)
        if named:
            rank, line = int(named[1]), line[named.end() :]
            found = _PREFIX.match(line)
            line = line[found.end() :] if found else line
    if "|" in line:
        container = _CONTAINER.match(line)
        if container:
            line = line[container.end() :]
            found = _PREFIX.match(line)
            line = line[found.end() :] if found else line
    return line, rank


def without_bar(line: str) -> tuple[str, bool]:
    """A line with its progress bar (and the rate behind it) taken out, and whether there was one."""
    if not ("%" in line or "==" in line or ".." in line or "━" in line or "█" in line or "it [" in line):
        return line, False
    short, found = _BAR.subn(" , ", line)
    if not found:
        return line, False
    return _RATE.sub(" , ", short), True
