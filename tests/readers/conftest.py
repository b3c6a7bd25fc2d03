from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from curvedoc.readers import discover, load
from curvedoc.run import Logged
from curvedoc.source import ReadOptions, Source

if TYPE_CHECKING:
    from pathlib import Path

ReadLog = Callable[..., list[Logged]]


@pytest.fixture
def read_log(tmp_path: Path) -> ReadLog:
    """Write a file and read it back as a user's path would be: by discovery and detection."""

    def read(
        content: str | bytes, name: str = "run.csv", *, x: str | None = None, reader: str | None = None
    ) -> list[Logged]:
        path = tmp_path / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        (source,) = discover([str(path)])
        if not isinstance(source, Source):
            raise source
        return load(source, ReadOptions(reader=reader, x=x))

    return read
