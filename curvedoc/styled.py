"""A line of text with styles, as wide as a terminal shows it: what reports put on paper.

Rich does the same and much more, but takes longer to import than a run takes to be diagnosed; it is asked for
tables and for characters of uncommon width only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Part = str | tuple[str, str]

ANSI = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}

# One column each: Latin, punctuation, arrows, mathematics, boxes and blocks, braille. A test asks rich.
ORDINARY = re.compile(
    "[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2190-\u2199\u2200-\u22ff\u2500-\u25cf\u2800-\u28ff]*"
)


@dataclass(frozen=True, eq=False)
class Text:
    """Parts of (characters, style); a style is ``""`` or words of :data:`ANSI` (``"bold red"``)."""

    parts: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> str:
        """The characters alone."""
        return "".join(content for content, _ in self.parts)

    @property
    def cell_len(self) -> int:
        """Columns it takes in a terminal."""
        return width_of(self.plain)

    def __add__(self, other: Text | str) -> Text:
        return Text(self.parts + (((other, ""),) if isinstance(other, str) else other.parts))

    def wrap(self, width: int) -> list[Text]:
        """Lines of at most ``width`` columns, broken between words, without blanks at their ends.

        A word that is longer than a line is broken where the line ends.
        """
        plain = self.plain
        at = [0, *_breaks(plain, width), len(plain)]
        return [self._cut(a, a + len(plain[a:b].rstrip())) for a, b in pairwise(at)]

    def painted(self) -> str:
        """With the escape sequences of its styles."""
        return "".join(
            f"\x1b[{';'.join(ANSI[word] for word in style.split())}m{content}\x1b[0m" if style else content
            for content, style in self.parts
            if content
        )

    def _cut(self, begin: int, end: int) -> Text:
        parts, at = [], 0
        for content, style in self.parts:
            kept = content[max(0, begin - at) : max(0, end - at)]
            at += len(content)
            if kept:
                parts.append((kept, style))
        return Text(tuple(parts))


def width_of(text: str) -> int:
    """How many columns a terminal needs for ``text``."""
    if ORDINARY.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _breaks(text: str, width: int) -> Iterator[int]:
    """Where the lines of a text begin, but for the first."""
    taken = 0
    for word in re.finditer(r"\s*\S+\s*", text):
        start, whole = word.start(), word[0]
        needs = width_of(whole.rstrip())
        if needs <= width - taken:
            taken += width_of(whole)
        elif needs > width:
            pieces = _chopped(whole, width)
            for piece in pieces:
                if start:
                    yield start
                start += len(piece)
            taken = width_of(pieces[-1])
        else:
            if taken and start:
                yield start
            taken = width_of(whole)


def _chopped(word: str, width: int) -> list[str]:
    """A long word in pieces of at most ``width`` columns."""
    if ORDINARY.fullmatch(word):
        return [word[i : i + width] for i in range(0, len(word), width)]
    from rich.cells import chop_cells

    return chop_cells(word, width)
