"""Labels, answers and runs made by hand, and random ones, for the tests of the bench."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from curvedoc.bench.answers import Answer, Scored
from curvedoc.bench.labels import NOT_A_LOG, NOT_OVERFITTING, Label
from curvedoc.run import Curve, Run

STATES = ("smooth_descent", "overfitting", "unstable", "inconclusive")


def label(
    primary: str, *others: str, group: str = "g", path: str = "run.csv", source: str = "", part: str = ""
) -> Label:
    return Label(Path(path), primary, frozenset({primary, *others}), group, source, "", part)


def scored(
    primary: str,
    state: str,
    confidence: float = math.nan,
    others: tuple[str, ...] = (),
    group: str = "g",
    path: str = "run.csv",
    source: str = "",
    part: str = "",
    seconds: float = math.nan,
) -> Scored:
    truth = label(primary, *others, group=group, path=path, source=source, part=part)
    return Scored(truth, Answer(state, confidence, seconds=seconds))


@st.composite
def many(draw: st.DrawFn, least: int = 1) -> list[Scored]:
    """Any scored answers, in up to five groups."""
    one = st.tuples(
        st.sampled_from((*STATES, NOT_OVERFITTING, NOT_A_LOG)),
        st.sampled_from((*STATES, "refused", "none")),
        st.one_of(st.just(math.nan), st.floats(0, 1), st.sampled_from([0.1, 0.3, 0.5, 0.7, 1.0])),
        st.sets(st.sampled_from(STATES), max_size=2),
        st.sampled_from("abcde"),
    )
    rows = draw(st.lists(one, min_size=least, max_size=25))
    return [
        scored(primary, state, confidence, tuple(others), group, f"{i:03}.csv")
        for i, (primary, state, confidence, others, group) in enumerate(rows)
    ]


def run_of(
    role_values: dict[str, list[float]], better: dict[str, bool] | None = None, step: float = 1
) -> Run:
    """A run whose curves are logged at steps 0, 1, 2 ..."""
    curves = tuple(
        Curve(role, role, np.arange(len(values)) * step, np.array(values, float), (better or {}).get(role))
        for role, values in role_values.items()
    )
    return Run("run", "run.csv", "csv", "step", curves)
