"""GitHub-flavoured Markdown in which nothing that a log says has an effect.

GitHub reads more than Markdown: ``@names`` notify people, ``#1`` and ``GH-1`` link issues, ``:smile:`` is a
picture, ``$x$`` a formula, and bare addresses become links. Where such a thing cannot be escaped, a space
without width stands in it.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from .wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NOTHING = "&#8203;"
_MARKUP = re.compile(r"[\\`*_\[\]~|]")
# What begins a block when it stands at the beginning of a line.
_BLOCK = re.compile(r"^(?:[#+=-](?!\d)|\d+(?=[.)](?:\s|$)))")
_REFERENCE = re.compile(
    r"@|#(?=\d)|GH-(?=\d)|:(?=//|:)|www(?=\.)|(?:mailto|xmpp)(?=:)|:(?=[\w+-]+:)", re.IGNORECASE
)


def prose(text: str) -> str:
    """``text`` as words in a paragraph, a list item or a cell of a table."""
    said = _REFERENCE.sub(lambda found: f"{found[0]}\0", clean(text).strip())
    said = _MARKUP.sub(lambda found: "\\" + found[0], escape(said, quote=False))
    said = _BLOCK.sub(lambda found: f"{_NOTHING}{found[0]}", said)
    # The one way that GitHub documents for a sign that is no formula.
    return said.replace("$", "<span>$</span>").replace("\0", _NOTHING)


def code(name: str) -> str:
    """A name as a code span; in a table too, so that a ``|`` in it does not end the cell."""
    shown = clean(name)
    if not shown.strip():
        return "(no name)"
    # A backslash before a pipe cannot be said in a table at all.
    shown = shown.replace("\\|", "\\\u200b|").replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    room = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{room}{shown}{room}{ticks}"


def html(text: str) -> str:
    """``text`` inside an element of HTML, where Markdown is not read but references are."""
    said = _REFERENCE.sub(lambda found: f"{found[0]}\0", clean(text))
    return escape(said).replace("$", "&#36;").replace("\0", _NOTHING)


def fence(lines: Iterable[str]) -> str:
    """Lines as a block of code."""
    body = "\n".join(clean(line) for line in lines)
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
    return f"{ticks}text\n{body}\n{ticks}\n"


def row(cells: Iterable[str]) -> str:
    """A row of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |\n"


def head(names: Sequence[str]) -> str:
    """The head of a table; a name that begins with ``>`` makes its column right-aligned."""
    marks = ("--:" if name.startswith(">") else "---" for name in names)
    return row(name.lstrip(">") for name in names) + row(marks)


def folded(summary: str, body: str, unfolded: bool = False) -> str:
    """A section that opens at a click (``unfolded``: is open); ``summary`` is HTML."""
    start = "<details open>" if unfolded else "<details>"
    return f"{start}<summary>{summary}</summary>\n\n{body.rstrip()}\n\n</details>\n\n"
