"""What bytes say as text: encodings, ends of lines, and whether they are text at all."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """Decode bytes: byte order mark, UTF-16 without one (every other byte is zero), UTF-8, Windows-1252.

    Never raises: a character cut at the end is left out, undecodable bytes become U+FFFD.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "ignore")
    sample = data[:4096]
    if b"\0" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if min(even, odd) * 10 < max(even, odd) > len(sample) // 8:
            return data.decode("utf-16-le" if odd > even else "utf-16-be", "ignore")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:
            return data.decode(errors="ignore")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def lines_of(text: str) -> list[str]:
    """The lines of a text that end in LF, CRLF, CR or CR CR LF; other separators are left alone."""
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def is_binary(head: bytes) -> bool:
    """Whether these bytes cannot be the beginning of a text in any supported encoding."""
    text = decode(head)
    odd = sum(
        text.count(c) for c in "\0\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x11\x12\x14\x15\x16\x17\x18\x19\ufffd"
    )
    return "\0" in text or odd * 50 > len(text)
