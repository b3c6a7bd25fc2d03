"""Files that are truncated, rotated, replaced, rewritten in place, not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from following import Bytes, file_of

from curvedoc.errors import UnreadableError
from curvedoc.live.logs import TextLog
from curvedoc.live.tail import FIRST, LAST, News, Tail
from curvedoc.source import ReadOptions, Source

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "epoch,train_loss,val_loss\n"


def rows(*epochs: int) -> str:
    return "".join(f"{i},{2 / (i + 1):.4f},{2.1 / (i + 1):.4f}\n" for i in epochs)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.csv"
    path.write_text(HEADER + rows(*range(30)))
    return path


def follow(path: Path) -> TextLog:
    return TextLog(Source(str(path), "run", (path,)), Tail(path), ReadOptions())


def steps(log: TextLog) -> list[float]:
    (run,) = log.logged()
    return run.series[0].steps.tolist()


def test_a_log_that_grows(file: Path) -> None:
    log = follow(file)
    assert log.update() is News.GROWN
    assert log.update() is News.NONE
    with file.open("a") as stream:
        stream.write(rows(30) + "31,0.0")
    assert log.update() is News.GROWN
    assert steps(log) == [*range(31)]  # half a row is no row
    with file.open("a") as stream:
        stream.write("6,0.07\n")
    assert log.update() is News.GROWN
    assert steps(log) == [*range(32)]


def test_truncation(file: Path) -> None:
    log = follow(file)
    log.update()
    file.write_text(HEADER + rows(0, 1, 2))
    assert log.update() is News.ANEW
    assert steps(log) == [0, 1, 2]


@pytest.mark.parametrize("epochs", [range(4), range(80)], ids=["shorter", "longer"])
def test_rotation(file: Path, epochs: range) -> None:
    log = follow(file)
    log.update()
    file.rename(file.with_suffix(".1"))
    assert log.update() is News.NONE  # nothing is there for a moment
    file.write_text(HEADER + rows(*epochs).replace(",0.", ",1."))
    assert log.update() is News.ANEW
    assert steps(log) == [*epochs]


def test_a_log_that_is_replaced_by_itself_and_more_goes_on(file: Path) -> None:
    log = follow(file)
    log.update()
    for n in (31, 32):
        fresh = file.with_suffix(".tmp")
        fresh.write_text(HEADER + rows(*range(n)))
        fresh.replace(file)
        assert log.update() is News.GROWN
        assert steps(log) == [*range(n)]


@pytest.mark.parametrize(
    "text",
    [
        "epoch,train_loss,val_loss,lr\n" + "".join(f"{i},1,2,0.1\n" for i in range(60)),
        HEADER + rows(*range(28)) + "28,9,9\n29,9,9\n" + rows(*range(30, 60)),
    ],
    ids=["another header", "other last rows"],
)
def test_a_log_that_is_rewritten_in_place_and_longer(file: Path, text: str) -> None:
    log = follow(file)
    log.update()
    with file.open("r+") as stream:
        stream.write(text)
    assert log.update() is News.ANEW
    assert len(steps(log)) == 60


def test_a_log_that_is_rewritten_in_place_and_as_before_goes_on(file: Path) -> None:
    log = follow(file)
    log.update()
    file.write_text(HEADER + rows(*range(60)))
    assert log.update() is News.GROWN
    assert steps(log) == [*range(60)]


def test_a_document_that_is_rewritten_is_read_again_each_time(tmp_path: Path) -> None:
    file = tmp_path / "trainer_state.json"
    log = follow(file)
    for n in (3, 4, 9):
        history = ", ".join(f'{{"step": {i}, "loss": {1 / (i + 1)}}}' for i in range(n))
        file.write_text(f'{{"log_history": [{history}]}}')
        assert log.update() is News.GROWN
        assert steps(log) == [*range(n)]
    file.write_text(file.read_text()[:-30])  # it is just being written
    log.update()
    assert steps(log) == [*range(8)]


def test_a_log_that_is_not_there_yet(tmp_path: Path) -> None:
    log = follow(tmp_path / "later.csv")
    assert log.update() is News.NONE
    with pytest.raises(UnreadableError, match="is empty"):
        log.logged()


def test_a_log_that_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        follow(tmp_path / ("x" * 300)).update()


def test_to_know_that_it_is_the_same_costs_a_kilobyte() -> None:
    content = Bytes(HEADER.encode() * 1000)
    tail = Tail(file_of("run.csv", content))
    tail.look()
    assert b"".join(tail.read()) == content.data
    content.read = 0
    content.data += b"1,2,3\n"
    assert tail.look() is News.GROWN
    assert b"".join(tail.read()) == b"1,2,3\n"
    assert content.read <= FIRST + LAST + 6
    assert tail.look() is News.NONE
    assert content.read <= FIRST + LAST + 6
