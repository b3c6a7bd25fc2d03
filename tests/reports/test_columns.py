"""`curvedoc columns`: the main curves first, of many names the kinds, everything with details."""

from __future__ import annotations

import numpy as np
import pytest

from curvedoc.naming import assign
from curvedoc.reports import columns
from curvedoc.run import Ignored, Logged, Run, Series


def run_of(*names: str, ignored: tuple[Ignored, ...] = ()) -> Run:
    """A run that logged these names at ten steps, each falling in its own range."""
    steps = np.arange(1.0, 11.0)
    series = tuple(Series(name, steps, 2 + i + 1 / steps) for i, name in enumerate(names))
    return assign(Logged("run", "run.csv", "csv", "epoch", series, ignored))


WIDE = (
    "train_loss",
    "val_loss",
    "val_acc",
    *(f"layer{i}/grad_norm" for i in range(200)),
    *(f"head{i}_loss" for i in range(200)),
    *(f"x{i}" for i in range(100)),
)


def test_a_wide_log_stays_readable() -> None:
    shown = columns.render([run_of(*WIDE)]).split("\n")
    assert len(shown) < 45
    assert max(map(len, shown)) <= 80
    text = " ".join(" ".join(shown).split())
    assert "and 398 more (--details lists them): grad_norm_layer* (199), train/head*_loss (199)" in text
    assert "not recognised: use --map: x* (100)" in text


def test_details_list_everything() -> None:
    shown = columns.render([run_of(*WIDE)], details=True)
    assert all(name in shown for name in WIDE)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("train_loss", "val_loss", "val_acc"), "main metric accuracy: the only metric"),
        (("train_loss", "val_loss"), "main metric none was logged"),
        (("train_loss",), "val/loss none: no name says so"),
        (("g_loss", "d_loss"), "train/loss none: see the notes"),
        (("box_loss", "cls_loss"), "sum of 2: box_loss + cls_loss"),
        (("box_loss", "cls_loss"), "--map train/loss=box_loss"),
        (("train_loss", "val_loss"), "steps from epoch, 1 to 10"),
        (("train_loss",), "read as csv, 10 points"),
        (('train_"loss',), 'map = { "train/loss" = "train_\\"loss" }'),
    ],
)
def test_what_it_says(names: tuple[str, ...], says: str) -> None:
    assert says in " ".join(columns.render([run_of(*names)], width=120).split())


def test_ignored_names_stand_by_their_reason() -> None:
    ignored = (Ignored("a", "text"), Ignored("b", "a clock"), Ignored("c", "text"))
    shown = columns.render([run_of("train_loss", ignored=ignored)])
    assert "  text: a, c\n  a clock: b\n" in shown
