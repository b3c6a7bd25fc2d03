"""Bytes and text of a log, and what fails on the way to them."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc import source as module
from curvedoc.encoding import decode, is_binary, lines_of
from curvedoc.errors import UnreadableError
from curvedoc.source import HEAD_BYTES, Source, is_pipe

if TYPE_CHECKING:
    from pathlib import Path


def of(path: Path) -> Source:
    return Source(str(path), path.stem, (path,))


def test_head_and_whole(tmp_path: Path) -> None:
    data = os.urandom(3 * HEAD_BYTES)
    for name, stored in (("a.csv", data), ("a.csv.gz", gzip.compress(data)), ("b", gzip.compress(data))):
        (tmp_path / name).write_bytes(stored)
        source = of(tmp_path / name)
        assert source.head == data[:HEAD_BYTES]
        assert source.read_bytes() == data
    assert of(tmp_path / "a.csv.gz").filename == "a.csv"


def test_a_file_in_several_gzip_members(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    assert of(tmp_path / "a.gz").read_bytes() == b"one\ntwo\n"


def test_a_cut_off_gzip_has_a_head_but_no_whole(tmp_path: Path) -> None:
    stored = gzip.compress(bytes(str(list(range(5000))), "ascii"))
    (tmp_path / "a.gz").write_bytes(stored[: len(stored) // 2])
    assert of(tmp_path / "a.gz").head.startswith(b"[0, 1, 2")
    with pytest.raises(UnreadableError, match="cut off after") as caught:
        of(tmp_path / "a.gz").read_bytes()
    assert "gzip -dc" in caught.value.fix


def test_a_damaged_gzip_is_an_error(tmp_path: Path) -> None:
    stored = bytearray(gzip.compress(b"epoch,loss\n" * 1000))
    stored[20:30] = b"\xff" * 10
    (tmp_path / "a.gz").write_bytes(stored)
    with pytest.raises(UnreadableError, match="damaged"):
        of(tmp_path / "a.gz").read_bytes()


def test_a_gzip_bomb_is_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RATIO_FREE_BYTES", 1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    (tmp_path / "a.csv.gz").write_bytes(bomb)
    with pytest.raises(UnreadableError, match="unpacks to more than"):
        of(tmp_path / "a.csv.gz").read_bytes()
    assert len(of(tmp_path / "a.csv.gz").head) == HEAD_BYTES


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"x" * 2000)
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with pytest.raises(UnreadableError, match="larger than"):
        of(tmp_path / "a.csv").read_bytes()


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(b"epoch,loss\n1,2\n")))
    monkeypatch.setattr("sys.stdin", stdin)
    source = Source("<stdin>", "stdin", (), "stdin")
    assert source.head == source.read_bytes() == source.text().encode() == b"epoch,loss\n1,2\n"
    assert source.filename == ""


def test_missing_files_and_directories_are_errors_with_a_fix(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(UnreadableError, match="cannot be read") as caught:
            of(path).read_bytes()
        assert caught.value.fix
        assert caught.value.path == str(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_permissions_are_an_error_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("epoch,loss\n")
    (tmp_path / "a.csv").chmod(0)
    with pytest.raises(UnreadableError, match="chmod"):
        of(tmp_path / "a.csv").read_bytes()


def test_permission_errors_name_the_fix() -> None:
    error = module.unreadable("a.csv", PermissionError(13, "Permission denied"))
    assert error.problem == "cannot be read: Permission denied"
    assert "chmod" in error.fix


def test_a_pipe_is_known(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert is_pipe(tmp_path / "pipe")
    assert not is_pipe(tmp_path)
    assert not is_pipe(tmp_path / "gone")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
def test_unicode_text_comes_back(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert decode(text.encode(encoding)).removeprefix("\ufeff") == text.removeprefix("\ufeff")


@given(st.binary())
def test_any_bytes_decode(data: bytes) -> None:
    assert isinstance(decode(data), str)
    assert isinstance(is_binary(data), bool)


def test_a_character_cut_at_the_end_is_left_out() -> None:
    assert decode("größe: ü".encode()[:-1]) == "größe: "


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"epoch,loss\r\n1,2\r\n", False),
        ("größe,损失\n".encode(), False),
        ("epoch,loss\n1,2\n".encode("utf-16"), False),
        ("epoch,loss\n1,2\n".encode("utf-16-le"), False),
        (b"\x1b[31mepoch\x1b[0m\n", False),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", True),
        (bytes(range(256)), True),
        (b"\0" * 64, True),
    ],
)
def test_binary_is_told_from_text(data: bytes, binary: bool) -> None:
    assert is_binary(data) is binary


@given(
    st.lists(st.text(alphabet="ab,\u2028\x0b\x1c"), min_size=1),
    st.sampled_from(["\n", "\r\n", "\r\r\n", "\r"]),
)
def test_lines_end_where_writers_end_them(lines: list[str], end: str) -> None:
    assert lines_of(end.join(lines)) == lines or "\r" in end


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_every_line_end(end: str) -> None:
    assert lines_of(f"a{end}b{end}c") == ["a", "b", "c"]
