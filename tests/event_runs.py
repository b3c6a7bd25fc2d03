"""Small TensorBoard runs for the tests, and what the reader makes of them as plain lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from event_writer import event, simple

from curvedoc.readers import tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from curvedoc.run import Logged

NAME, FIRST, SECOND = (f"events.out.tfevents.{n}.host" for n in (0, 1, 2))


def losses(tag: str, at: Iterable[int], value: float = 0.0, wall: float = 0.0) -> list[bytes]:
    """Events of one tag; the value says which attempt they are from."""
    return [event(step, simple(tag, value or step), wall=wall + i) for i, step in enumerate(at)]


def load(*files: Path, x: str | None = None) -> Logged:
    return tensorboard.read_files(files, "run", "shown", x)


def points(logged: Logged) -> dict[str, list[tuple[float, float]]]:
    return {s.name: list(zip(s.steps.tolist(), s.values.tolist(), strict=True)) for s in logged.series}


def steps(logged: Logged) -> dict[str, list[float]]:
    return {s.name: s.steps.tolist() for s in logged.series}
