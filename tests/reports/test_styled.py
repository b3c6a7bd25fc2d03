"""Our own lines of text against rich's: the same widths, the same breaks, the same colours."""

from __future__ import annotations

import io
import sys

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as RichText

from curvedoc.styled import ANSI, ORDINARY, Text, width_of
from curvedoc.wording import clean

CONSOLE = Console(file=io.StringIO(), width=80, color_system="standard", force_terminal=True, _environ={})
WORDS = st.text(st.sampled_from("ab  -–⣿─微调é\u0301❤\ufe0f😀"), max_size=60)
STYLES = st.sampled_from(["", "bold", "dim", "bold red", "cyan"])


def test_ordinary_characters_take_one_column() -> None:
    ordinary = [c for c in map(chr, range(sys.maxunicode + 1)) if ORDINARY.fullmatch(c)]
    assert len(ordinary) > 1000
    assert not [c for c in ordinary if cell_len(c) != 1]


@given(text=st.text(max_size=30).map(clean) | WORDS)
def test_width(text: str) -> None:
    assert width_of(text) == cell_len(text)


@given(parts=st.lists(st.tuples(WORDS, STYLES), max_size=5), width=st.integers(20, 40))
def test_lines_break_where_rich_breaks_them(parts: list[tuple[str, str]], width: int) -> None:
    theirs = RichText(overflow="fold")
    for content, style in parts:
        theirs.append(content, style or None)
    expected = theirs.wrap(CONSOLE, width, overflow="fold")
    for line in expected:
        line.rstrip()
    assert [line.plain for line in Text(tuple(parts)).wrap(width)] == [line.plain for line in expected]


@given(parts=st.lists(st.tuples(st.text("ab c", max_size=6), STYLES), max_size=5))
def test_styles_are_painted_as_by_rich(parts: list[tuple[str, str]]) -> None:
    theirs = RichText()
    for content, style in parts:
        theirs.append(content, style or None)
    with CONSOLE.capture() as capture:
        CONSOLE.print(theirs, end="")
    assert Text(tuple(parts)).painted() == capture.get()


def test_every_style_is_known_to_rich() -> None:
    for name, code in ANSI.items():
        with CONSOLE.capture() as capture:
            CONSOLE.print(RichText("x", name), end="")
        assert capture.get() == f"\x1b[{code}mx\x1b[0m"
