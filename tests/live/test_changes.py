"""What is told of a run that changes its mind, hooks that fail, and which run of a directory is followed."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from event_writer import event, record, simple

from curvedoc.errors import UsageError
from curvedoc.hysteresis import FEWEST, LASTING
from curvedoc.live.changes import ANY, Change, _Lasting
from curvedoc.live.hooks import Hooks
from curvedoc.live.tail import News
from curvedoc.live.target import Target
from curvedoc.source import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "".join(f"{i},{2 / (i + 1):.4f},{2.1 / (i + 1):.4f}\n" for i in range(30))
TABLE = "epoch,train_loss,val_loss\n" + ROWS


def told(points: list[tuple[int, bool]], at_once: bool = False) -> list[int]:
    """The numbers of points at which a finding that comes and goes is told."""
    state, found = _Lasting(), []
    for n, now in points:
        before, state = state, state.feed(now, n, at_once)
        if state.holds and not before.holds:
            found.append(n)
    return found


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({*range(10, 100)}, [10 + FEWEST]),  # it lasts
        ({*range(80, 100)}, [80 + round(80 * LASTING)]),  # the longer the run, the longer it waits
        ({*range(10, 100, 2)}, []),  # it flaps
        ({10}, []),
        ({*range(10, 100)} - {50}, [10 + FEWEST]),  # a gap of one is no end
        (
            {*range(10, 30), *range(60, 100)},
            [10 + FEWEST, 60 + round(60 * LASTING)],
        ),  # it ended, and came back
    ],
)
def test_a_finding_is_told_once_when_it_lasts(seen: set[int], expected: list[int]) -> None:
    assert told([(n, n in seen) for n in range(100)]) == expected


def test_a_finding_that_costs_money_is_told_at_once() -> None:
    assert told([(n, n >= 10) for n in range(100)], at_once=True) == [10]


def test_what_answers_a_wish() -> None:
    state, rule = Change("unstable", 0.9, "", False), Change("divergence", 0.9, "", False, rule=True)
    assert state.answers("unstable")
    assert state.answers(ANY)
    assert not state.answers("overfitting")
    assert rule.answers("divergence")
    assert not rule.answers(ANY)


def test_a_hook_gets_the_diagnosis_and_the_state(tmp_path: Path) -> None:
    said: list[str] = []
    hooks = Hooks(said.append)
    hooks.start(
        f'cat > "{tmp_path}/got"; echo "$CURVEDOC_STATE" | tee "{tmp_path}/state"', "unstable", '{"a": 1}'
    )
    hooks.close()
    assert json.loads((tmp_path / "got").read_text()) == {"a": 1}
    assert (tmp_path / "state").read_text() == "unstable\n"
    assert said == ["unstable"]  # what it prints is passed on


def test_a_document_larger_than_a_pipe_blocks_nobody() -> None:
    said: list[str] = []
    hooks = Hooks(said.append)
    hooks.start("true", "unstable", "x" * 1_000_000)
    hooks.close()
    assert said == []


@pytest.mark.parametrize(
    ("command", "reported"),
    [
        ("exit 3", "hook failed with exit code 3: exit 3"),
        ("kill -9 $$", "hook failed by signal 9: kill -9 $$"),
    ],
)
def test_a_hook_that_fails_is_reported(command: str, reported: str) -> None:
    said: list[str] = []
    hooks = Hooks(said.append)
    hooks.start(command, "unstable", "{}")
    hooks.close()
    assert said == [reported]


def test_a_hook_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    said: list[str] = []
    hooks = Hooks(said.append, seconds=0.2)
    hooks.start(f"sleep 600 & echo $! > {tmp_path}/child; wait", "unstable", "{}")
    hooks.look()
    assert said == []  # it holds up nothing
    hooks.close()
    assert said == [f"hook was ended after 0.2 s: sleep 600 & echo $! > {tmp_path}/child; wait"]
    child = int((tmp_path / "child").read_text())
    until(lambda: not alive(child))


def alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(holds: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def events(folder: Path, steps: range, wall: float = 1.0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made = (record(event(i, simple("loss", 3 / (i + 1)), wall=wall + i)) for i in steps)
    (folder / f"events.out.tfevents.{wall:.0f}.host").write_bytes(b"".join(made))


def age(path: Path, seconds: int) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_a_log_that_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "run.csv"
    target = Target(str(path), ReadOptions())
    assert target.update() is News.NONE
    assert target.log is None
    path.parent.mkdir()
    path.touch()
    target.update()
    path.write_text(TABLE)
    assert target.update() is News.GROWN
    assert target.log is not None
    assert len(target.log.logged()) == 1


def test_the_run_that_was_written_last_is_followed_and_then_one_that_begins(tmp_path: Path) -> None:
    for name, seconds in (("one", 300), ("two", 100), ("three", 200)):
        (tmp_path / f"{name}.csv").write_text(TABLE)
        age(tmp_path / f"{name}.csv", seconds)
    (tmp_path / "notes.txt").write_text("nothing of interest\n")
    target = Target(str(tmp_path), ReadOptions())
    assert target.update() is News.GROWN
    assert target.log is not None
    assert target.log.source.name == "two"
    assert target.said == ["following two, written last of 4 logs here"]
    age(tmp_path / "one.csv", 0)  # another old one that is written is not ours
    target.update()
    assert target.log.source.name == "two"
    (tmp_path / "four.csv").write_text("epoch,train_loss\n")
    target.update()
    assert target.log.source.name == "two"  # nothing in it yet
    (tmp_path / "four.csv").write_text(TABLE)
    assert target.update() is News.ANEW
    assert target.log.source.name == "four"
    assert target.said[-1] == "four began: following it from here on"


def test_a_directory_of_events_and_a_run_that_is_resumed(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "run"), ReadOptions())
    assert target.update() is News.NONE
    events(tmp_path / "run", range(20))
    assert target.update() is News.GROWN
    events(tmp_path / "run", range(15, 40), wall=100.0)
    assert target.update() is News.GROWN
    assert target.log is not None
    (run,) = target.log.logged()
    assert run.series[0].steps.tolist() == [*range(40)]
    assert target.update() is News.NONE
    assert target.said == []


def test_validation_beside_train_is_the_same_run(tmp_path: Path) -> None:
    events(tmp_path / "run" / "train", range(20))
    target = Target(str(tmp_path / "run"), ReadOptions())
    target.update()
    events(tmp_path / "run" / "validation", range(20), wall=5.0)
    assert target.update() is News.GROWN
    assert target.log is not None
    assert {s.name for s in target.log.logged()[0].series} == {"train/loss", "validation/loss"}


def test_the_next_checkpoint_is_the_same_run_going_on(tmp_path: Path) -> None:
    def save(step: int) -> None:
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        history = [{"step": i, "loss": 3 / (i + 1)} for i in range(step)]
        (folder / "trainer_state.json").write_text(json.dumps({"log_history": history}))

    save(10)
    target = Target(str(tmp_path), ReadOptions())
    target.update()
    save(20)
    assert target.update() is News.GROWN
    assert target.log is not None
    assert target.log.source.name.startswith("checkpoint-20")
    assert target.said == []


def test_an_address_is_refused() -> None:
    with pytest.raises(UsageError, match="address"):
        Target("s3://bucket/run.csv", ReadOptions())
