"""Styled text set for one terminal: its width, its colours, its character set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .styled import Text, width_of
from .wording import ascii_only, clean, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as RichText

    from .styled import Part

# Narrower than this nothing can be laid out; the terminal then wraps by itself.
NARROWEST = 40


class Paper:
    """What a report is written on.

    All text passes through :meth:`text`, which makes control characters visible and never reads rich's
    markup, so no report can forget to. Tables are set by rich, which is imported for them alone.
    """

    def __init__(self, width: int = 80, color: bool = False, unicode: bool = True) -> None:
        self.width = max(NARROWEST, width)
        self.color = color
        self.unicode = unicode

    def plain(self, text: str) -> str:
        """``text`` as this paper can show it."""
        return clean(text) if self.unicode else ascii_only(clean(text))

    def short(self, text: str, width: int) -> str:
        """:meth:`plain`, cut in the middle to at most ``width`` columns."""
        whole = self.plain(text)
        cut, length = whole, width
        while width_of(cut) > width and length:
            cut = shorten(whole, length, "…" if self.unicode else "...")
            length -= 1
        return cut

    def text(self, *parts: Part) -> Text:
        """One line of parts, each a string or ``(string, style)``."""
        pairs = ((part, "") if isinstance(part, str) else part for part in parts)
        return Text(tuple((self.plain(content), style) for content, style in pairs))

    def hang(self, head: Text, body: Text) -> Text:
        """``body`` wrapped behind ``head``, its further lines beginning where the first began.

        A head that takes more than half the width has its body below it.
        """
        indent = head.cell_len
        if indent > self.width // 2:
            return self.text(head.plain) + "\n" + self.hang(self.text(" " * 6), body)
        first, *others = body.wrap(self.width - indent)
        hung = head + first
        for line in others:
            hung = hung + ("\n" + " " * indent) + line
        return hung

    def rule(self) -> Text:
        """A line across the page."""
        return self.text(("─" * self.width, "dim"))

    def table(self, *heads: str) -> Table:
        """An empty table without borders; a head that begins with ``>`` makes its column right-aligned."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for head in heads:
            table.add_column(
                _for_rich(self.text(head.lstrip(">"))),
                justify="right" if head.startswith(">") else "left",
                overflow="fold",
            )
        return table

    def row(self, table: Table, *cells: Part) -> None:
        """One more row of a table."""
        table.add_row(*(_for_rich(self.text(cell)) for cell in cells))

    def write(self, blocks: Iterable[Text | Table]) -> str:
        """All blocks below each other, as the string to print (no blanks at line ends without colour)."""
        set_ = "".join(self._set(block) for block in blocks)
        return set_ if self.color else "\n".join(line.rstrip() for line in set_.split("\n"))

    def _set(self, block: Text | Table) -> str:
        if isinstance(block, Text):
            return (block.painted() if self.color else block.plain) + "\n"
        console = _console(self.width, self.color)
        with console.capture() as capture:
            console.print(block, overflow="ignore", crop=False)
        return capture.get()


def _console(width: int, color: bool) -> Console:
    """Rich told everything that it would otherwise find out from the environment."""
    import io

    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=width,
        height=1000,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        safe_box=True,
        _environ={},
    )


def _for_rich(text: Text) -> RichText:
    from rich.text import Text as RichText

    made = RichText(overflow="fold")
    for content, style in text.parts:
        made.append(content, style or None)
    return made
