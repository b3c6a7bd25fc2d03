"""Bytes in any pieces become the lines that decoding all of them at once gives."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from curvedoc.encoding import decode, lines_of
from curvedoc.live.decoding import Again, Decoder, encoding_of


def decoded(data: bytes, cuts: list[int]) -> str:
    """The text of all pieces; each but the last ends with a line."""
    encoding = encoding_of(data[:65536])
    assert encoding is not None
    while True:
        decoder, at, text = Decoder(encoding), 0, ""
        try:
            for end in (*sorted(c for c in cuts if c < len(data)), len(data)):
                whole = decoder.add(data[at:end])
                assert not whole or whole[-1] in "\r\n"
                text, at = text + whole, end
            return text + decoder.rest()
        except Again as other:
            encoding = other.encoding


TEXTS = (b"\n", b"\r", b"\r\n", b"\r\r\n", b"a", b"loss 1", "ä".encode(), "…损😀".encode())
OTHERS = ("ä".encode("cp1252"), b"\x81", b"\xe4\xf6", b"\xf0\x9f")
PIECES = st.sampled_from([*TEXTS, *OTHERS])


@given(
    pieces=st.lists(PIECES, max_size=30), cuts=st.lists(st.integers(0, 80), max_size=10), bom=st.booleans()
)
@example([b"a", b"\r", b"\n"], [2], False)
@example([b"a", b"\r", b"\r\n", b"b"], [2, 3], False)
@example(["ä".encode("cp1252"), b"\n"], [1], False)
def test_any_cuts_give_what_decoding_at_once_gives(pieces: list[bytes], cuts: list[int], bom: bool) -> None:
    data = b"\xef\xbb\xbf" * bom + b"".join(pieces)
    assert decoded(data, cuts) == decode(data)


@given(
    pieces=st.lists(st.sampled_from(["\n", "\r", "\r\n", "\r\r\n", "a"]), max_size=30), size=st.integers(1, 5)
)
def test_lines_are_never_cut_within_their_ends(pieces: list[str], size: int) -> None:
    data = "".join(pieces).encode()
    decoder = Decoder("utf-8")
    lines: list[str] = []
    for at in range(0, len(data), size):
        if text := decoder.add(data[at : at + size]):
            lines += lines_of(text)[:-1]
    assert [*lines, *lines_of(decoder.rest())] == lines_of(data.decode())
