"""Styled text set for one terminal: its width, its colours, its character set."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from .wording import ascii_only, clean, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

Part = str | tuple[str, str]

# Narrower than this nothing can be laid out; the terminal then wraps by itself.
NARROWEST = 40


class Paper:
    """What a report is written on.

    All text passes through :meth:`text`, which makes control characters visible and never reads rich's
    markup, so no report can forget to.
    """

    def __init__(self, width: int = 80, color: bool = False, unicode: bool = True) -> None:
        self.width = max(NARROWEST, width)
        self.color = color
        self.unicode = unicode
        self._console = Console(
            file=io.StringIO(),
            width=self.width,
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

    def plain(self, text: str) -> str:
        """``text`` as this paper can show it."""
        return clean(text) if self.unicode else ascii_only(clean(text))

    def short(self, text: str, width: int) -> str:
        """:meth:`plain`, cut in the middle to at most ``width`` columns."""
        whole = self.plain(text)
        cut, length = whole, width
        while cell_len(cut) > width and length:
            cut = shorten(whole, length, "…" if self.unicode else "...")
            length -= 1
        return cut

    def text(self, *parts: Part) -> Text:
        """One line of parts, each a string or ``(string, style)``."""
        line = Text(overflow="fold")
        for part in parts:
            content, style = (part, "") if isinstance(part, str) else part
            line.append(self.plain(content), style or None)
        return line

    def hang(self, head: Text, body: Text) -> Text:
        """``body`` wrapped behind ``head``, its further lines beginning where the first began.

        A head that takes more than half the width has its body below it.
        """
        indent = head.cell_len
        if indent > self.width // 2:
            return self.text(head.plain) + "\n" + self.hang(self.text(" " * 6), body)
        lines = body.wrap(self._console, self.width - indent, overflow="fold")
        for line in lines:
            line.rstrip()
        return head + Text("\n" + " " * indent).join(lines)

    def rule(self) -> Text:
        """A line across the page."""
        return self.text(("─" * self.width, "dim"))

    def table(self, *heads: str) -> Table:
        """An empty table without borders; a head that begins with ``>`` makes its column right-aligned."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for head in heads:
            table.add_column(
                self.text(head.lstrip(">")),
                justify="right" if head.startswith(">") else "left",
                overflow="fold",
            )
        return table

    def row(self, table: Table, *cells: Part) -> None:
        """One more row of a table."""
        table.add_row(*(self.text(cell) for cell in cells))

    def write(self, blocks: Iterable[Text | Table]) -> str:
        """All blocks below each other, as the string to print (no blanks at line ends without colour)."""
        if self.color:
            return "".join(map(self._painted, blocks))
        # Without colour a text is what it says; rich is asked for tables only.
        plain = (f"{b.plain}\n" if isinstance(b, Text) else self._painted(b) for b in blocks)
        return "\n".join(line.rstrip() for line in "".join(plain).split("\n"))

    def _painted(self, block: Text | Table) -> str:
        with self._console.capture() as capture:
            self._console.print(block, overflow="ignore", no_wrap=isinstance(block, Text), crop=False)
        return capture.get()
