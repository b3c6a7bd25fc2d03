"""JSON Lines, clean and as they are found."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curvedoc import lines as in_bulk
from curvedoc.cells import Column
from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.readers import jsonl

if TYPE_CHECKING:
    from conftest import ReadLog

    from curvedoc.records import Read


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


def told(read: Read | None) -> list[object]:
    """All that was read, in a form that can be compared to the bit."""
    assert read is not None
    columns = [
        (c.name, c.rows.tolist(), c.texts, c.values.tobytes())
        if isinstance(c, Column)
        else (c.name, c.rows.tolist(), c.reason, c.cells)
        for c in read.columns
    ]
    return [*columns, read.rows, read.ignored, read.lines, read.broken, read.cut]


NUMBER = st.one_of(
    st.floats().map(json.dumps),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        ["null", "NaN", "-Infinity", "0", "-0.0", "1e-05", "1.5e-05", "2E+3", "12345678901234567890123"]
    ),
)
ODD = st.sampled_from(
    [
        "05",
        "5.",
        ".5",
        "1.e-05",
        "+1",
        "--1",
        "-",
        "1e5.",
        "nan",
        "true",
        '"0.5"',
        '"text"',
        "[1, 2]",
        "[0.5]",
        "{}",
        '{"a": 1}',
        "",
        "0.5 ",
        "tensor(1)",
    ]
)
SHAPES = (
    '{{"step": {0}, "loss": {1}, "acc": {2}}}',
    '{{"step": {0}, "train": {{"loss": {1}, "acc": {2}}}}}',
    '{{"mode": "train", "step": {0},"loss":{1}, "done": true}}',
    '{{"mode": "val", "step": {0}, "acc": {2}, "note": "a, b"}}',
    '{{"step": {0}, "loss": {1}, "loss": {2}}}',
    '{{"step": {0}, "train_runtime": {1}}}',
    '{{"_meta": {{"a": {0}}}, "loss": {1}}}',
    '{{"name \\u00e4": {0}, "ä": {1}}}',
    "{{}}",
    "no record, {0}",
    "",
)
LINE = st.builds(
    lambda shape, values: shape.format(*values),
    st.sampled_from(SHAPES[:4] * 4 + SHAPES[4:]),
    st.tuples(*[st.one_of(NUMBER, NUMBER, NUMBER, NUMBER, ODD)] * 3),
)


@given(
    st.lists(LINE, min_size=1, max_size=60), st.integers(1, 4), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
@settings(max_examples=300, deadline=None)
def test_in_bulk_lines_read_as_they_do_one_by_one(texts: list[str], many: int, end: str, whole: bool) -> None:
    """Whatever stands on the lines, in any order: the same columns, rows, counts and reasons."""
    kept = [text + end for text in texts]
    text = "".join(kept) if whole else "".join(kept).rstrip()
    halves = ["".join(kept[: len(kept) // 2]), text[len("".join(kept[: len(kept) // 2])) :]]
    if not text.strip():
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_bulk, "_MANY", many)
        fast = in_bulk.read_lines([half.encode() for half in halves if half.strip()])
    assert told(fast) == told(jsonl._one_by_one(text))


def test_in_bulk_lines_are_really_decoded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    text = lines([{"step": i, "loss": 1 / (i + 1), "acc": None if i % 3 else i / 7} for i in range(500)])
    slow = jsonl._one_by_one(text)
    monkeypatch.setattr(in_bulk.Cells, "add", lambda *a: pytest.fail("parsed one by one"))
    assert told(in_bulk.read_lines([text.encode()])) == told(slow)
