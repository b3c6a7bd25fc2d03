"""Event files that are still being written: each record once, a torn one is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from event_writer import event, integer, record, scalar, simple, sized
from following import Bytes, file_of, told
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.live.tail import News
from curvedoc.live.whole import EventRun
from curvedoc.readers.tensorboard import read_files
from curvedoc.source import ReadOptions, Source
from curvedoc.tfevents.growing import GrowingFile
from curvedoc.tfevents.scalars import Scalars, read_scalars
from curvedoc.tfrecord import CHUNK

if TYPE_CHECKING:
    from pathlib import Path

START = record(event(0, wall=1.0, what=sized(3, b"brain.Event:2")))


def points(steps: range, first: bool = False) -> list[bytes]:
    return [
        record(event(i, scalar("loss", 3 / (i + 1), first and i == 0), simple("acc", i / 99), wall=2.0 + i))
        for i in steps
    ]


def session(step: int) -> bytes:
    return record(event(step, wall=50.0, what=sized(7, integer(1, 1))))


WHOLE = b"".join(
    [START, *points(range(40), True), session(20), *points(range(20, 30)), *points(range(30, 70))]
)


def values(found: Scalars) -> object:
    told_points = {tag: own.tolist() for tag, own in found.points.items()}
    rest = (found.skipped, found.records, found.began, found.ended, found.restart, found.damage)
    return told_points, rest


@given(cuts=st.lists(st.integers(1, len(WHOLE)), max_size=8), torn=st.integers(0, 30), seen=st.booleans())
def test_any_cuts_give_what_one_reading_gives(cuts: list[int], torn: int, seen: bool) -> None:
    data = WHOLE[: len(WHOLE) - torn]
    content = Bytes()
    growing = GrowingFile(file_of("events.out.tfevents.1.h", content))
    for end in (*sorted(c for c in cuts if c < len(data)), len(data)):
        content.data = data[:end]
        growing.update()
        if seen:
            growing.scalars()
    assert values(growing.scalars()) == values(read_scalars(file_of("events", Bytes(data))))


def test_what_is_read_is_what_is_new() -> None:
    content = Bytes(START)
    growing = GrowingFile(file_of("events.out.tfevents.1.h", content))
    records = points(range(3000))
    for at in range(0, len(records), 30):
        content.data += b"".join(records[at : at + 30]) + records[0][:9]  # a torn record behind
        growing.update()
        content.data = content.data[:-9]
        growing._looked = ()  # the torn one is whole now
    assert len(content.data) > CHUNK / 2
    assert content.read < 1.2 * len(content.data)
    assert growing.scalars().points["acc"].shape == (3, 3000)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "events.out.tfevents.1.h").write_bytes(START + b"".join(points(range(40))))
    return tmp_path


def follow(run: Path) -> EventRun:
    files = tuple(sorted(run.glob("events*")))
    return EventRun(Source(str(run), run.name, files, "events"), ReadOptions())


def test_a_run_that_is_resumed_in_another_file(run: Path) -> None:
    log = follow(run)
    assert log.update() is News.GROWN
    assert len(log.logged()[0].series[0].steps) == 40
    assert log.update() is News.NONE
    resumed = START + b"".join(points(range(30, 60)))
    (run / "events.out.tfevents.2.h").write_bytes(resumed)
    log.source = follow(run).source
    assert log.update() is News.GROWN
    (now,) = log.logged()
    assert told([now]) == told([read_files(log.source.files, run.name, str(run))])
    assert now.series[0].steps.tolist() == [float(i) for i in range(60)]


def test_a_file_that_is_replaced_is_begun_anew(run: Path) -> None:
    log = follow(run)
    log.update()
    log.logged()
    fresh = run / "fresh"
    fresh.write_bytes(START + b"".join(points(range(5))))
    fresh.replace(run / "events.out.tfevents.1.h")
    assert log.update() is News.ANEW
    assert len(log.logged()[0].series[0].steps) == 5


def test_a_file_that_goes_away_is_no_crash(run: Path) -> None:
    log = follow(run)
    log.update()
    (run / "events.out.tfevents.1.h").unlink()
    log.update()
    with pytest.raises(Exception, match="cannot be read"):
        log.logged()
