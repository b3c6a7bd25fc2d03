"""TensorBoard runs: step counters, several files, several directories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_writer as plain
import numpy as np
import pytest
from event_runs import FIRST, NAME, SECOND, load, losses, points, steps
from event_writer import event, session_start, simple, sized, write

from curvedoc.errors import UsageError
from curvedoc.tfevents.layout import group

if TYPE_CHECKING:
    from pathlib import Path

    from curvedoc.run import Logged

# The step counter


@pytest.mark.parametrize(
    ("at", "expected", "note"),
    [
        ([5] * 10, list(range(10)), "points are numbered"),
        ([*range(10), *range(6, 12)], list(range(12)), "runs backwards"),
        ([*range(10), *range(8)], list(range(8)), "last attempt"),
        ([*range(20), 0, 1], list(range(20)), "last attempt"),
    ],
    ids=["never set", "resumed", "anew", "false start"],
)
def test_steps_that_do_not_rise(tmp_path: Path, at: list[int], expected: list[int], note: str) -> None:
    logged = load(write(tmp_path / NAME, *losses("loss", at)))
    assert steps(logged) == {"loss": expected}
    assert any(note in n for n in logged.notes)
    assert logged.x == ("row" if "numbered" in note else "step")


def test_a_counter_that_starts_over_in_each_epoch(tmp_path: Path) -> None:
    events = [event(i, simple("loss", 10 / (1 + 5 * e + i))) for e in range(6) for i in range(5)]
    logged = load(write(tmp_path / NAME, *events))
    assert steps(logged) == {"loss": list(range(30))}
    assert logged.x == "row"


@pytest.mark.parametrize("start", [0, 4, 7, 20])
@pytest.mark.parametrize("many", [10, 400], ids=["parsed", "bulk"])
def test_a_session_start_voids_what_follows(tmp_path: Path, start: int, many: int) -> None:
    events = [*losses("a", range(many)), session_start(start), *losses("b", [0])]
    logged = load(write(tmp_path / NAME, *events))
    expected = {"a": list(range(min(start, many))), "b": [0]}
    assert steps(logged) == {tag: at for tag, at in expected.items() if at}


def test_epochs_beside_iterations_share_one_counter(tmp_path: Path) -> None:
    train = [(i, event(i, simple("loss/train", 1.0), wall=1e9 + i)) for i in range(0, 1000, 10)]
    val = [(100 * e + 99.5, event(e, simple("loss/val", 1.0), wall=1e9 + 100 * e + 99.5)) for e in range(10)]
    logged = load(write(tmp_path / NAME, *(e for _, e in sorted(train + val))))
    found = steps(logged)
    assert found["loss/train"] == list(range(0, 1000, 10))
    np.testing.assert_allclose(found["loss/val"], np.arange(99, 1000, 100), atol=10)
    assert any("loss/val" in note for note in logged.notes)


@pytest.mark.parametrize(
    ("val_steps", "val_times"),
    [
        (range(0, 1000, 100), range(0, 1000, 100)),
        (range(10), range(5000, 5010)),
        (range(10), range(700, 1000, 30)),
        (range(0, 500, 50), range(0, 500, 50)),
        (range(10), [0] * 10),
        ([0, 1, 2, 3, 40], range(0, 1000, 200)),
    ],
    ids=[
        "same counter",
        "at another time",
        "in a part of the time",
        "not so far",
        "no clock",
        "no proportion",
    ],
)
def test_steps_are_left_alone_without_proof(tmp_path: Path, val_steps: Any, val_times: Any) -> None:
    train = [event(i, simple("train", 1.0), wall=1e9 + i) for i in range(0, 1000, 10)]
    val = [event(s, simple("val", 1.0), wall=1e9 + t) for s, t in zip(val_steps, val_times, strict=True)]
    logged = load(write(tmp_path / NAME, *train, *val))
    assert steps(logged)["val"] == list(val_steps)
    assert not logged.notes


def test_one_series_without_steps_does_not_change_the_counter(tmp_path: Path) -> None:
    logged = load(write(tmp_path / NAME, *losses("loss", range(9)), *losses("other", [0] * 9)))
    assert logged.x == "step"
    assert steps(logged) == {"loss": list(range(9)), "other": list(range(9))}


def test_x_is_a_logged_name(tmp_path: Path) -> None:
    events = [event(i, simple("loss", 1.0), simple("epoch", i / 10)) for i in range(0, 50, 5)]
    path = write(tmp_path / NAME, *events)
    logged = load(path, x="epoch")
    assert logged.x == "epoch"
    np.testing.assert_allclose(steps(logged)["loss"], np.arange(0, 5, 0.5))
    assert load(path, x="step").x == "step"
    with pytest.raises(UsageError, match="epochs") as error:
        load(path, x="epochs")
    assert "'epoch'" in error.value.fix


# Several files of one directory


def two(folder: Path, first: list[bytes], second: list[bytes], wall: float = 1e6) -> Logged:
    """Two files; the second, written later, comes first by name to show that the clock decides."""

    def stamped(events: list[bytes], at: float) -> bytes:
        head = plain.record(event(0, wall=at, what=sized(3, b"brain.Event:2")))
        return head + b"".join(plain.record(e) for e in events)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / SECOND).write_bytes(stamped(first, 1.0))
    (folder / FIRST).write_bytes(stamped(second, wall))
    return load(folder / FIRST, folder / SECOND)


@pytest.mark.parametrize(
    ("first", "second", "expected", "note"),
    [
        (range(10), range(10, 15), [(i, 1) for i in range(10)] + [(i, 2) for i in range(10, 15)], ""),
        (
            range(9),
            range(99, 1000, 99),
            [*((i, 1) for i in range(9)), *((i, 2) for i in range(99, 1000, 99))],
            "",
        ),
        (range(10), range(7, 15), [(i, 1) for i in range(7)] + [(i, 2) for i in range(7, 15)], "3 points"),
        (range(10), range(9, 10), [(i, 1) for i in range(9)] + [(9, 2)], "1 point replaced"),
        (range(10), range(8), [(i, 2) for i in range(8)], "begun anew once"),
        (
            range(5, 2000, 5),
            range(100, 1000, 100),
            [(i, 2) for i in range(100, 1000, 100)],
            "begun anew once",
        ),
        (range(20), range(2), [(i, 1) for i in range(20)], "passed over"),
    ],
    ids=[
        "goes on",
        "goes on, logged less often",
        "resumed",
        "last again",
        "anew",
        "anew, logged less often",
        "false start",
    ],
)
def test_a_later_file_replaces(tmp_path: Path, first: Any, second: Any, expected: Any, note: str) -> None:
    logged = two(tmp_path, losses("loss", first, 1), losses("loss", second, 2))
    assert points(logged) == {"loss": expected}
    assert any(note in n for n in logged.notes) if note else not logged.notes


def test_a_resumed_run_is_cut_tag_by_tag(tmp_path: Path) -> None:
    """An epoch counter and an iteration counter in the same files: neither may cut the other."""
    old = [*losses("batch", range(0, 1000, 10), 1), *losses("epoch", range(10), 1)]
    new = [*losses("batch", range(500, 1500, 10), 2), *losses("epoch", range(5, 15), 2)]
    found = points(two(tmp_path, old, new))
    assert found["batch"] == [(i, 1 if i < 500 else 2) for i in range(0, 1500, 10)]
    assert found["epoch"] == [(i, 1 if i < 5 else 2) for i in range(15)]


def test_a_session_start_in_a_later_file_voids_all_tags(tmp_path: Path) -> None:
    old = [*losses("loss", range(10), 1), *losses("val", range(10), 1)]
    found = steps(two(tmp_path, old, [session_start(6), *losses("loss", range(7, 9), 2)]))
    assert found == {"loss": [0, 1, 2, 3, 4, 5, 7, 8], "val": [0, 1, 2, 3, 4, 5]}


def test_what_only_an_abandoned_attempt_logged_is_ignored(tmp_path: Path) -> None:
    old = [*losses("loss", range(10), 1), *losses("val", range(10), 1)]
    logged = two(tmp_path, old, losses("loss", range(8), 2))
    assert steps(logged) == {"loss": list(range(8))}
    assert [i.name for i in logged.ignored] == ["val"]


def test_writers_side_by_side(tmp_path: Path) -> None:
    """Two processes of one run: the longer file is taken, what only one of them logged stays."""
    one = [*losses("loss", range(10), 1, wall=10), *losses("val", range(10), 1, wall=30)]
    other = losses("loss", range(8), 2, wall=11)
    assert points(two(tmp_path, one, other, wall=5.0)) == {
        "loss": [(i, 1) for i in range(10)],
        "val": [(i, 1) for i in range(10)],
    }


def test_files_without_shared_tags_are_put_together(tmp_path: Path) -> None:
    assert steps(two(tmp_path, losses("train", range(9)), losses("val", range(3)))) == {
        "train": list(range(9)),
        "val": list(range(3)),
    }


def test_a_one_point_tag_begins_nothing_anew(tmp_path: Path) -> None:
    """Lightning writes hp_metric at step 0 into every file."""
    logged = two(
        tmp_path,
        [*losses("hp_metric", [0], -1), *losses("loss", range(9), 1)],
        [*losses("hp_metric", [0], -1), *losses("test_loss", range(9, 19), 2)],
    )
    assert steps(logged) == {"hp_metric": [0], "loss": list(range(9)), "test_loss": list(range(9, 19))}


# Directories


def tree(root: Path, **tags: str) -> list[tuple[str, list[str]]]:
    """Event files by directory (`a__b` is a/b), each with one tag; the runs and the names in them."""
    files = [
        write(root / folder.replace("__", "/") / NAME, *losses(tag, range(5))) for folder, tag in tags.items()
    ]
    return [(name, sorted(steps(load(*found)))) for name, found in group(root, files)]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (
            {"train": "epoch_loss", "validation": "epoch_loss"},
            [("root", ["train/epoch_loss", "validation/epoch_loss"])],
        ),
        (
            {"a__train": "x", "a__val": "x", "b__train": "x"},
            [("a", ["train/x", "val/x"]), ("b", ["train/x"])],
        ),
        ({"learn": "Logloss", "test": "Logloss"}, [("root", ["learn/Logloss", "test/Logloss"])]),
        ({"model": "loss", "model__eval": "loss"}, [("model", ["eval/loss", "loss"])]),
        ({"m__train": "loss", "m__eval_0": "loss"}, [("m", ["eval_0/loss", "train/loss"])]),
        ({"train": "train/loss", "val": "val_loss"}, [("root", ["train/loss", "val_loss"])]),
        ({"one": "loss", "two__deep": "loss"}, [("one", ["loss"]), ("two/deep", ["loss"])]),
        ({"one": "loss", "test": "loss"}, [("one", ["loss"]), ("test", ["loss"])]),
        ({"lone": "loss", "lone__train": "val/x"}, [("lone", ["loss", "val/x"])]),
        ({"test": "loss"}, [("test", ["loss"])]),
        ({"a__validation": "loss"}, [("a", ["validation/loss"])]),
        (
            {"train": "m", "train2": "m", "train3": "m"},
            [("train", ["train/m"]), ("train2", ["m"]), ("train3", ["m"])],
        ),
        ({"learn": "L", "test": "L", "test1": "L"}, [("root", ["learn/L", "test/L", "test1/L"])]),
        ({"train__exp": "loss", "train__exp2": "loss"}, [("train/exp", ["loss"]), ("train/exp2", ["loss"])]),
        (
            {"r": "lr", "r__Loss_train": "Loss", "r__Loss_val": "Loss"},
            [("r", ["Loss/train", "Loss/val", "lr"])],
        ),
        ({"r": "lr", "r__a_b_x": "a/b"}, [("r", ["a/b/x", "lr"])]),
        (
            {"r": "lr", "r__loss__train": "loss", "r__loss__val": "loss"},
            [("r", ["loss/train", "loss/val", "lr"])],
        ),
        ({"r": "loss", "r__other": "loss"}, [("r", ["loss"]), ("r/other", ["loss"])]),
        ({"r": "loss", "r__1700000000.123": "hparam/loss"}, [("r", ["loss"])]),
        ({"r": "Loss/val", "r__Loss_val": "Loss"}, [("r", ["Loss/val", "Loss_val/Loss"])]),
    ],
)
def test_directories_become_runs(tmp_path: Path, tags: dict[str, str], expected: Any) -> None:
    assert tree(tmp_path / "root", **tags) == expected


def test_a_lone_train_that_holds_validation_is_only_a_name(tmp_path: Path) -> None:
    """Ultralytics: a directory `train/` with `train/box_loss`, `val/box_loss` and `metrics/mAP50`."""
    tags = ("train/box_loss", "val/box_loss", "metrics/mAP50")
    path = write(tmp_path / "train" / NAME, *(e for tag in tags for e in losses(tag, range(5))))
    assert tuple(steps(load(path))) == tags


def test_the_closing_values_of_a_trial_are_ignored(tmp_path: Path) -> None:
    write(tmp_path / NAME, *losses("loss", range(5)))
    write(tmp_path / "1700000000.123" / NAME, *losses("hparam/loss", [0]))
    ((_, files),) = group(tmp_path, sorted(tmp_path.rglob("*tfevents*")))
    assert [i.name for i in load(*files).ignored] == ["1700000000.123/hparam/loss"]


def test_a_main_file_without_scalars_still_holds_its_curves_together(tmp_path: Path) -> None:
    write(tmp_path / "r" / NAME)
    for part in ("train", "val"):
        write(tmp_path / "r" / f"Loss_{part}" / NAME, *losses("Loss", range(5)))
    ((name, files),) = group(tmp_path, sorted(tmp_path.rglob("*tfevents*")))
    assert (name, sorted(steps(load(*files)))) == ("r", ["Loss/train", "Loss/val"])
