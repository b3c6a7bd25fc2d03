"""Archives (zip, tar and packed tar) as directories of logs. Members are read by name and never extracted."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from .errors import CurvedocError, NotALogError, UnreadableError
from .source import bounded, packed_as, size_of
from .stored import Stored, address, guarded, stored
from .unpack import blocks, most, too_much

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Wanted = Callable[[str, int], bool]

MAX_MEMBERS = 100_000
"""More are a data set, no logs."""

HELD_BYTES = 1 << 28
"""Of a tar, which is read once from its beginning, so much is kept in memory (256 MiB)."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_AT = 257
_AGAIN = "Copy it again, or unpack what is left of it."


def is_archive(file: Path) -> bool:
    """Whether a file is an archive, by its content; a damaged stream is none. Raises OSError."""
    with file.open("rb") as stream:
        start = stream.read(_TAR_AT + 5)
    if packed_as(start):
        try:
            with file.open("rb") as stream:
                start = bounded(stream, _TAR_AT + 5, str(file))
        except UnreadableError:  # who reads it will say so
            return False
    return start.startswith(_ZIP) or start[_TAR_AT:] == b"ustar"


def members(archive: Path, wanted: Wanted) -> list[Stored]:
    """The files in an archive that are ``wanted`` (asked with name and size), each at ``archive/name``.

    Raises :class:`UnreadableError` for what is damaged, encrypted or would fill the memory.
    """
    shown = address(archive)
    with archive.open("rb") as stream:
        zipped = stream.read(4) in _ZIP
    try:
        found = list(_in_zip(archive, shown, wanted) if zipped else _in_tar(archive, shown, wanted))
    except UnreadableError as error:
        if error.__cause__ is None:
            raise
        raise UnreadableError(error.problem, _AGAIN, shown) from error.__cause__  # of its packing
    except (CurvedocError, OSError):
        raise
    except Exception as error:
        raise _damaged(error, shown) from error
    return sorted({str(file): file for file in found}.values())


def _damaged(error: Exception, shown: str) -> UnreadableError:
    what = str(error) or type(error).__name__
    return UnreadableError(f"is a damaged archive: {what}", _AGAIN, shown)


def _named(archive: Path, shown: str, name: str) -> tuple[str, str]:
    """A member's path and address; one that would lead out of the archive stays inside."""
    parts = [p if p != ".." else "__" for p in name.replace("\\", "/").split("/") if p not in ("", ".")]
    clean = "/".join(parts).replace("\0", "")
    return str(archive / clean), f"{shown}/{clean}"


class _Zip:
    """An open zip file, shared by its members; each process opens its own."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._open: dict[int, zipfile.ZipFile] = {}

    def handle(self) -> zipfile.ZipFile:
        """The open file."""
        import zipfile

        if os.getpid() not in self._open:
            if isinstance(self.file, Stored):
                with self.file.open("rb") as stream:
                    opened = zipfile.ZipFile(io.BytesIO(bounded(stream, None, address(self.file))))
            else:
                opened = zipfile.ZipFile(self.file)
            self._open = {os.getpid(): opened}
        return self._open[os.getpid()]

    def __getstate__(self) -> dict[str, Any]:
        return {"file": self.file, "_open": {}}


@dataclass(frozen=True)
class _Member:
    """A file in a zip; what it unpacks to ends at ``size``, as the archive's directory says."""

    archive: _Zip
    name: str
    address: str
    size: int

    def open(self) -> IO[bytes]:
        """The member's bytes; a wrong checksum is an error at their end."""
        return guarded(self._open, lambda error: _damaged(error, self.address))

    def _open(self) -> IO[bytes]:
        if self.archive.handle().getinfo(self.name).flag_bits & 1:
            raise UnreadableError(
                "is encrypted", "Unpack it with its password and name the file.", self.address
            )
        return self.archive.handle().open(self.name)


def _in_zip(file: Path, shown: str, wanted: Wanted) -> Iterator[Stored]:
    archive = _Zip(file)
    infos = archive.handle().infolist()
    if len(infos) > MAX_MEMBERS:
        raise _too_many(shown)
    logs = [i for i in infos if not i.is_dir() and wanted(i.filename, i.file_size)]
    # Members may overlap in the file, so that each is harmless and their sum is not.
    total, packed = sum(i.file_size for i in logs), sum(i.compress_size for i in logs)
    packed = min(packed, size_of(file) or packed)
    if total > most(packed):
        raise too_much(total, packed, shown)
    for info in logs:
        name, where = _named(file, shown, info.filename)
        yield stored(name, _Member(archive, info.filename, where, info.file_size))


@dataclass(frozen=True)
class _Held:
    """The bytes of a member of a tar."""

    address: str
    data: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    def open(self) -> IO[bytes]:
        """The bytes."""
        return io.BytesIO(self.data)


class _Blocks:
    """A stream made of blocks."""

    def __init__(self, made: Iterator[bytes]) -> None:
        self.made, self.rest = made, b""

    def read(self, size: int) -> bytes:
        pieces, have = [self.rest], len(self.rest)
        while have < size and (block := next(self.made, b"")):
            pieces.append(block)
            have += len(block)
        data = b"".join(pieces)
        self.rest = data[size:]
        return data[:size]


def _in_tar(file: Path, shown: str, wanted: Wanted) -> Iterator[Stored]:
    import tarfile

    held = 0
    with file.open("rb") as raw:
        start = raw.read(_TAR_AT)
    with file.open("rb") as raw:
        kind = packed_as(start)
        stream = _Blocks(blocks(raw, kind, shown)) if kind else raw
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|") as archive:
            for number, info in enumerate(archive):
                if number > MAX_MEMBERS:
                    raise _too_many(shown)
                if not info.isreg() or info.issparse() or not wanted(info.name, info.size):
                    continue
                held += info.size
                if held > HELD_BYTES:
                    raise UnreadableError(
                        f"holds more than {HELD_BYTES >> 20} MiB of what may be logs",
                        "Unpack it and name the directory.",
                        shown,
                    )
                content = archive.extractfile(info)
                data = content.read() if content else b""
                name, where = _named(file, shown, info.name)
                yield stored(name, _Held(where, data))


def _too_many(shown: str) -> NotALogError:
    return NotALogError(
        f"is an archive of more than {MAX_MEMBERS} files", "Unpack it and name the directory of a run.", shown
    )
