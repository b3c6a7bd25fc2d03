"""Files that do not lie on this disk as they are: members of an archive, remote ones, packed event files.

They come in the shape of a path, the one place where curvedoc inherits from a class: readers ask a file for
its name, its place among others, its size and its bytes, and these answer the same questions.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from .errors import CurvedocError
from .source import bounded

if TYPE_CHECKING:
    from collections.abc import Callable

    _Path = Path
else:
    _Path = type(Path())


class Content(Protocol):
    """Where the bytes of a :class:`Stored` come from; it can be pickled."""

    @property
    def address(self) -> str:
        """What to show of it, and what tells it from others."""

    @property
    def size(self) -> int:
        """Bytes, 0 where that is not known."""

    def open(self) -> IO[bytes]:
        """The bytes; errors are :class:`~curvedoc.errors.CurvedocError`."""


class Stored(_Path):
    """The path of a file whose bytes its ``content`` knows; made by :func:`stored`."""

    content: Content

    def open(self, *_args: Any, **_more: Any) -> Any:
        """The bytes, whatever is asked."""
        return self.content.open()

    def stat(self, **_more: Any) -> os.stat_result:
        """A plain file of that size."""
        return os.stat_result((stat.S_IFREG | 0o444, 0, 0, 1, 0, 0, self.content.size, 0, 0, 0))

    def is_file(self, **_more: Any) -> bool:
        """It is one."""
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        return (stored, (str(self), self.content))


def stored(name: str, content: Content) -> Stored:
    """A path of that name with these bytes."""
    path = Stored(name)
    path.content = content
    return path


def address(file: Path) -> str:
    """What to show of a file, wherever it lies."""
    return file.content.address if isinstance(file, Stored) and hasattr(file, "content") else str(file)


class Whole:
    """A packed file, unpacked whole when it is opened: whoever reads it needs to know its end."""

    def __init__(self, file: Path) -> None:
        self.file, self.size = file, 0

    @property
    def address(self) -> str:
        """That of the packed file."""
        return address(self.file)

    def open(self) -> IO[bytes]:
        """Everything unpacked, in memory, within the bounds of :func:`~curvedoc.source.bounded`."""
        with self.file.open("rb") as stream:
            data = bounded(stream, None, self.address)
        self.size = len(data)
        return io.BytesIO(data)


class Guarded(io.RawIOBase):
    """A stream that reads all it is asked for; ``explain`` makes of what goes wrong an error with a fix."""

    def __init__(self, stream: Any, explain: Callable[[Exception], CurvedocError]) -> None:
        self._stream, self._explain, self._at = stream, explain, 0

    def read(self, size: int = -1) -> bytes:
        """``size`` bytes, fewer only at the end."""
        pieces: list[bytes] = []
        left = size
        try:
            while left and (piece := self._stream.read(left)):
                pieces.append(piece)
                left = left - len(piece) if size >= 0 else -1
        except CurvedocError:
            raise
        except Exception as error:
            raise self._explain(error) from error
        data = b"".join(pieces)
        self._at += len(data)
        return data

    def tell(self) -> int:
        """Bytes read so far."""
        return self._at

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Close what is below; errors of that do not matter any more."""
        if not self.closed:
            with contextlib.suppress(Exception):
                self._stream.close()
        super().close()


def guarded(make: Callable[[], Any], explain: Callable[[Exception], CurvedocError]) -> IO[bytes]:
    """The stream that ``make`` opens, its errors explained from the opening on."""
    try:
        return cast("IO[bytes]", Guarded(make(), explain))
    except CurvedocError:
        raise
    except Exception as error:
        raise explain(error) from error
