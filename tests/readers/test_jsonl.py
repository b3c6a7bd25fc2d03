"""JSON Lines, clean and as they are found."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curvedoc.errors import NotALogError, UnreadableError

if TYPE_CHECKING:
    from conftest import ReadLog


def lines(records: list[object]) -> str:
    return "".join(json.dumps(r) + "\n" for r in records)


RECORDS: list[object] = [{"step": 10 * i, "loss": 3.0 / (i + 1)} for i in range(4)]
LOSS = [3.0, 1.5, 1.0, 0.75]


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        (lines(RECORDS), "run.jsonl", ""),
        (lines(RECORDS), "metrics.json", ""),
        (lines(RECORDS), "log.txt", ""),
        (lines(RECORDS), "log", ""),
        (lines(RECORDS).replace("\n", "\r\n"), "run.jsonl", ""),
        (lines(RECORDS).replace("\n", "\n\n"), "run.jsonl", ""),
        (lines([{}, {}, *RECORDS]), "run.jsonl", ""),
        (lines([{"_meta": {"lr": 0.1}}, *RECORDS, {"_summary": {"loss": 7}}]), "run.jsonl", ""),
        ("Loading data …\n" + lines(RECORDS), "run.jsonl", "1 of 5 lines"),
        (lines(RECORDS) + '{"step": 40, "lo', "run.jsonl", "the last one is cut off"),
        (lines([*RECORDS[:2], "x", 5, *RECORDS[2:]]), "run.jsonl", "2 of 6 lines"),
        ("\ufeff" + lines(RECORDS), "run.jsonl", ""),
    ],
)
def test_one_object_per_line(read_log: ReadLog, text: str, name: str, note: str) -> None:
    (logged,) = read_log(text, name)
    assert logged.reader == "jsonl"
    assert [(s.name, s.steps.tolist(), s.values.tolist()) for s in logged.series] == [
        ("loss", [0, 10, 20, 30], LOSS)
    ]
    assert any(note in n for n in logged.notes) if note else logged.notes == ()


def test_gzip_and_wide_encodings(read_log: ReadLog) -> None:
    for data, name in ((lines(RECORDS), "run.jsonl.gz"), (lines(RECORDS).encode("utf-16"), "run.jsonl")):
        (logged,) = read_log(data, name)
        assert logged.series[0].values.tolist() == LOSS


def test_nan_is_kept_and_null_is_blank(read_log: ReadLog) -> None:
    (logged,) = read_log(
        '{"step":1,"loss":NaN,"a":null}\n{"step":2,"loss":1,"a":2}\n{"step":3,"loss":Infinity,"a":3}\n',
        "a.jsonl",
    )
    loss, other = logged.series
    assert np.array_equal(loss.values, [math.nan, 1, math.inf], equal_nan=True)
    assert other.steps.tolist() == [2, 3]


def test_separators_inside_strings_end_no_line(read_log: ReadLog) -> None:
    (logged,) = read_log(
        "".join(
            json.dumps({"step": i, "loss": i, "note": "a\u2028b\x85c"}, ensure_ascii=False) + "\n"
            for i in range(3)
        ),
        "a.jsonl",
    )
    assert len(logged.series[0].values) == 3


def test_mode_as_a_value(read_log: ReadLog) -> None:
    records = []
    for epoch in (1, 2, 3):
        records += [
            {"mode": "train", "epoch": epoch, "iter": i, "loss": 9.0 - epoch - i / 100} for i in (50, 100)
        ]
        records += [{"mode": "val", "epoch": epoch, "iter": 32, "mIoU": epoch / 10}]
    (logged,) = read_log(lines(records), "x.log.json")
    found = {s.name: s for s in logged.series}
    assert found["train/loss"].steps.tolist() == [50, 100, 150, 200, 250, 300]
    assert found["val/mIoU"].steps.tolist() == [100, 200, 300]


def test_evaluations_only(read_log: ReadLog) -> None:
    (logged,) = read_log(
        lines([{"iteration": 10 * i, "bbox": {"AP": i, "APs": "nan"}} for i in range(3)]), "m.json"
    )
    assert [s.name for s in logged.series] == ["bbox/AP", "bbox/APs"]


def test_too_many_broken_lines_are_an_error(read_log: ReadLog) -> None:
    with pytest.raises(UnreadableError, match="3 of 4 lines"):
        read_log("a\nb\nc\n" + lines(RECORDS[:1]), "a.jsonl", reader="jsonl")


def test_empty_records_are_no_log(read_log: ReadLog) -> None:
    with pytest.raises(NotALogError, match="only empty records"):
        read_log(lines([{}, {}, {}]), "a.jsonl")


record = st.dictionaries(st.sampled_from(["loss", "val_loss", "lr"]), st.floats() | st.none(), max_size=3)


@given(st.lists(record, min_size=2, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_what_is_read_is_what_was_written(read_log: ReadLog, records: list[dict[str, float | None]]) -> None:
    written = {
        name: [(i, r[name]) for i, r in enumerate(records) if r.get(name) is not None]
        for name in ("loss", "val_loss", "lr")
    }
    if not any(written.values()):
        return
    (logged,) = read_log(lines([{"step": i, **r} for i, r in enumerate(records)]), "a.jsonl")
    found = {s.name: s for s in logged.series}
    assert set(found) == {name for name, pairs in written.items() if pairs}
    for name, series in found.items():
        assert series.steps.tolist() == [i for i, _ in written[name]]
        assert np.array_equal(series.values, [v for _, v in written[name]], equal_nan=True)
