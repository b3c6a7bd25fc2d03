"""Whole lines of text out of the bytes of a log, decoded in the end as all of it at once."""

from __future__ import annotations

import codecs

UTF8, MARKED, WINDOWS, LOSSY = "utf-8", "utf-8-sig", "cp1252", "utf-8 with replacements"
"""How a text may be encoded, in the order of :func:`curvedoc.source.decode`."""

SLACK = 3
"""A character that is cut off by the end of the file may leave so many bytes."""


class Again(Exception):  # noqa: N818 - no mistake: what came later tells how the beginning is to be read
    """The log must be read from its beginning, in another encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__(encoding)
        self.encoding = encoding


def encoding_of(head: bytes) -> str | None:
    """How to begin reading a text with this head; None for an encoding that is not followed."""
    if b"\0" in head[:4096] or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    return MARKED if head.startswith(codecs.BOM_UTF8) else UTF8


class Decoder:
    """Cuts bytes into whole lines: at LF, and at a CR that nothing belongs to (progress bars)."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self._pending = bytearray()
        self._begun = False

    def add(self, data: bytes) -> str:
        """The text up to the last line end; raises :class:`Again`."""
        fresh = max(0, len(self._pending) - 1)
        self._pending += data
        cut = self._pending.rfind(b"\n", fresh) + 1
        at = self._pending.rfind(b"\r", max(cut, fresh), -1)
        while at >= 0 and self._pending[at + 1] in b"\r\n":
            at = self._pending.rfind(b"\r", max(cut, fresh), at)
        cut = max(cut, at + 1)
        return self._take(cut) if cut else ""

    def rest(self) -> str:
        """The text behind the last line end; nothing more will come. Raises :class:`Again`."""
        return self._take(len(self._pending), True)

    def _take(self, cut: int, last: bool = False) -> str:
        data = bytes(memoryview(self._pending)[:cut])
        if self.encoding == UTF8:
            try:
                text = data.decode()
            except UnicodeDecodeError as error:
                if error.start < len(self._pending) - SLACK:
                    raise Again(WINDOWS) from None
                if not last:  # at the very end of a file it would be left out: what follows will tell
                    return ""
                text = data.decode(errors="ignore")
        elif self.encoding == WINDOWS:
            try:
                text = data.decode(WINDOWS)
            except UnicodeDecodeError:
                raise Again(LOSSY) from None
        elif self.encoding == MARKED:
            text = data.decode(UTF8 if self._begun else MARKED, "ignore")
        else:
            text = data.decode(errors="replace")
        self._begun = True
        del self._pending[:cut]
        return text
