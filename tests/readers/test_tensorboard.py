"""TensorBoard event files: every kind of scalar, damage, rubbish."""

from __future__ import annotations

import contextlib
import math
import struct
from typing import TYPE_CHECKING

import event_writer as plain
import numpy as np
import pytest
from event_runs import FIRST, NAME, SECOND, load, losses, points, steps
from event_writer import event, integer, plugin, scalar, simple, sized, tensor, write
from hypothesis import given, settings
from hypothesis import strategies as st

from curvedoc.errors import CurvedocError, NotALogError, UnreadableError
from curvedoc.readers import tensorboard
from curvedoc.source import ReadOptions, Source
from curvedoc.tfevents import bulk
from curvedoc.tfevents.event import parse_event
from curvedoc.tfevents.layout import is_event_file
from curvedoc.tfevents.scalars import read_scalars
from curvedoc.tfrecord import EventWriter
from curvedoc.wire import MalformedError

if TYPE_CHECKING:
    from pathlib import Path


# One file

BFLOAT16_HALF, FLOAT16_HALF = 0x3F00, 0x3800  # 0.5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (simple("t", 0.5), 0.5),
        (sized(1, b"t") + sized(8, tensor(1, sized(4, struct.pack("<f", 0.5)))), 0.5),
        (sized(1, b"t") + sized(8, tensor(1, sized(5, struct.pack("<f", 0.5)))), 0.5),
        (sized(1, b"t") + sized(8, tensor(1, plain.float32(5, 0.5))), 0.5),
        (sized(1, b"t") + sized(8, tensor(2, sized(4, struct.pack("<d", 0.1)))), 0.1),
        (sized(1, b"t") + sized(8, tensor(2, sized(6, struct.pack("<d", 0.1)))), 0.1),
        (sized(1, b"t") + sized(8, tensor(19, integer(13, FLOAT16_HALF))), 0.5),
        (sized(1, b"t") + sized(8, tensor(19, sized(4, struct.pack("<e", 0.5)))), 0.5),
        (sized(1, b"t") + sized(8, tensor(14, integer(13, BFLOAT16_HALF))), 0.5),
        (sized(1, b"t") + sized(8, tensor(14, sized(4, struct.pack("<H", BFLOAT16_HALF)))), 0.5),
        (sized(1, b"t") + sized(8, tensor(3, integer(7, -7))), -7),
        (sized(1, b"t") + sized(8, tensor(3, sized(4, struct.pack("<i", -7)))), -7),
        (sized(1, b"t") + sized(8, tensor(9, integer(10, 1 << 40))), 1 << 40),
        (sized(1, b"t") + sized(8, tensor(9, sized(10, plain.varint(3)))), 3),
        (sized(1, b"t") + sized(8, tensor(10, integer(11, 1))), 1),
        (sized(1, b"t") + sized(8, tensor(23, integer(17, 5))), 5),
        (sized(1, b"t") + sized(8, tensor(19, integer(13, 1 << 20 | FLOAT16_HALF))), 0.5),
        (simple("t", 0.5) + sized(9, plugin("mesh")), 0.5),
        (sized(1, b"t") + sized(8, tensor(1, b"")), 0.0),
        (
            sized(1, b"t")
            + sized(8, tensor(1, sized(5, struct.pack("<f", 2)), shape=sized(2, integer(1, 1)))),
            2.0,
        ),
    ],
)
@pytest.mark.parametrize("many", [1, 100], ids=["parsed", "bulk"])
def test_every_number_type(tmp_path: Path, value: bytes, expected: float, many: int) -> None:
    path = write(tmp_path / NAME, *(event(i, value) for i in range(many)))
    assert points(load(path)) == {"t": [(i, expected) for i in range(many)]}


def test_metadata_comes_with_the_first_event_only(tmp_path: Path) -> None:
    events = [event(i, scalar("epoch_loss", i, first=i == 0)) for i in range(100)]
    assert points(load(write(tmp_path / NAME, *events))) == {"epoch_loss": [(i, i) for i in range(100)]}


def test_several_values_in_one_event(tmp_path: Path) -> None:
    events = [event(i, simple("loss", i), simple("accuracy", -i), scalar("lr", 2 * i)) for i in range(100)]
    found = points(load(write(tmp_path / NAME, *events)))
    assert found == {
        t: [(i, f * i) for i in range(100)] for t, f in (("loss", 1), ("accuracy", -1), ("lr", 2))
    }


def test_nan_and_infinity_are_kept(tmp_path: Path) -> None:
    for n in (3, 60):
        events = [event(i, simple("loss", x)) for i, x in enumerate([math.nan, math.inf, -math.inf] * n)]
        (series,) = load(write(tmp_path / NAME, *events)).series
        np.testing.assert_array_equal(series.values, [math.nan, math.inf, -math.inf] * n)


def test_other_kinds_are_counted(tmp_path: Path) -> None:
    def other(tag: str, kind: str) -> bytes:
        return (
            sized(1, tag.encode())
            + sized(8, tensor(7, sized(8, b"x"), sized(2, integer(1, 2))))
            + sized(9, plugin(kind))
        )

    repeated = sized(1, b"v") + sized(8, tensor(1, plain.float32(5, 0.5), sized(2, integer(1, 2))))
    matrix = sized(1, b"w") + sized(8, tensor(1, sized(4, bytes(24)), sized(2, integer(1, 6))))
    events = [
        event(0, what=sized(4, b"graph")),
        *(event(i, other("pictures", "images")) for i in range(3)),
        event(0, other("weights", "histograms"), other("hp", "hparams"), matrix, repeated),
        event(1, sized(1, b"old") + sized(5, b"")),
        *losses("loss", range(3)),
    ]
    logged = load(write(tmp_path / NAME, *events))
    assert list(points(logged)) == ["loss"]
    (note,) = logged.notes
    for word in ("image (3)", "histogram (2)", "hyper-parameters (1)", "graph (1)", "tensor (2)"):
        assert word in note


@pytest.mark.parametrize("many", [5, 100])
def test_a_single_number_of_another_plugin_is_no_scalar(tmp_path: Path, many: int) -> None:
    first = sized(1, b"x") + sized(8, tensor(1, sized(4, bytes(4)))) + sized(9, plugin("mesh"))
    events = [event(0, first), *(event(i, scalar("x", i)) for i in range(1, many)), *losses("loss", range(3))]
    logged = load(write(tmp_path / NAME, *events))
    assert list(points(logged)) == ["loss"]
    assert logged.notes == (f"skipped what is no scalar: mesh ({many})",)


bits = st.integers(0, 2**32 - 1).map(lambda n: struct.unpack("<f", struct.pack("<I", n))[0])
scalars = st.tuples(
    st.sampled_from(["loss", "val_loss", "acc/ä", "lr", "a" * 200]),
    st.one_of(bits, st.floats(width=32)),
    st.one_of(st.integers(0, 300), st.integers(-(2**63), 2**63 - 1)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(scalars, min_size=1, max_size=300), st.integers(0, 2))
def test_what_the_writer_wrote_is_read_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, int]], repeat: int
) -> None:
    """By the product and by the plain decoder; repeated, so that the bulk path has something to do."""
    rows = rows * (1 + 20 * repeat)
    path = tmp_path_factory.mktemp("e") / NAME
    with EventWriter(path, 1.0) as writer:
        for tag, value, step in rows:
            writer.add_scalar(tag, value, step, 2.0)
    found = read_scalars(path)
    expected = plain.simple_values(path.read_bytes())
    assert list(found.points) == list(expected)
    assert found.records == len(rows) + 1
    for tag, (at, values, times) in found.points.items():
        assert [float(step) for step, _ in expected[tag]] == at.tolist()
        with np.errstate(invalid="ignore"):
            assert [v for _, v in expected[tag] if not _nan(v)] == [
                v.tobytes() for v in values.astype("<f4") if not np.isnan(v)
            ]
        assert [_nan(v) for _, v in expected[tag]] == np.isnan(values).tolist()
        assert (times == 2.0).all()


def _nan(four: bytes) -> bool:
    return math.isnan(struct.unpack("<f", four)[0])


layouts = st.lists(
    st.tuples(st.sampled_from([0, 5, 200, 40_000]), st.sampled_from(["simple", "tensor", "two"])),
    min_size=1,
    max_size=4,
)
damages = st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 200), st.integers(0, 255)), max_size=12)


@settings(max_examples=100, deadline=None)
@given(layouts, damages)
def test_together_is_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory,
    shapes: list[tuple[int, str]],
    damages: list[tuple[int, int, int]],
) -> None:
    """Records alike but for any one byte: the bulk path must see what the parser sees."""
    kinds = {
        "simple": lambda i: [simple("loss", i)],
        "tensor": lambda i: [scalar("loss", i, first=i % 2 == 0)],
        "two": lambda i: [simple("a", i), scalar("b", i)],
    }
    events = [bytearray(event(s + i % 30, *kinds[k](i), wall=i)) for s, k in shapes for i in range(60)]
    for i, at, byte in damages:
        data = events[i % len(events)]
        data[at % len(data)] = byte
    path = write(tmp_path_factory.mktemp("e") / NAME, *map(bytes, events))
    together = read_scalars(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_MANY", 10**9)
        alone = read_scalars(path)
    assert together.skipped == alone.skipped
    assert list(together.points) == list(alone.points)
    for tag, found in alone.points.items():
        np.testing.assert_array_equal(together.points[tag], found)


def test_many_tags_of_one_length(tmp_path: Path) -> None:
    tags = [f"layer{i:03}/grad" for i in range(200)]
    events = [event(s, simple(tag, s + i)) for s in range(5) for i, tag in enumerate(tags)]
    found = points(load(write(tmp_path / NAME, *events)))
    assert found == {tag: [(s, s + i) for s in range(5)] for i, tag in enumerate(tags)}


# Damage


def test_a_cut_last_record_is_reported(tmp_path: Path) -> None:
    whole = write(tmp_path / NAME, *losses("loss", range(5))).read_bytes()
    (tmp_path / NAME).write_bytes(whole[:-7])
    logged = load(tmp_path / NAME)
    lost = len(plain.record(losses("loss", [4])[0])) - 7
    assert steps(logged) == {"loss": [0, 1, 2, 3]}
    assert logged.notes == (f"{NAME}: cut off inside the last record, {lost} bytes not read",)


@pytest.mark.parametrize("many", [10, 500])
def test_a_wrong_checksum_ends_the_file(tmp_path: Path, many: int) -> None:
    events = losses("loss", range(many))
    content = bytearray(write(tmp_path / NAME, *events).read_bytes())
    at = len(content) - sum(len(plain.record(e)) for e in events[-3:]) + 20
    content[at] ^= 1
    (tmp_path / NAME).write_bytes(content)
    logged = load(tmp_path / NAME)
    assert steps(logged) == {"loss": list(range(many - 3))}
    assert "wrong checksum at byte" in logged.notes[0]


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.mark.parametrize(
    ("content", "kind", "problem", "fix"),
    [
        (b"", UnreadableError, "0 bytes", "flush"),
        (plain.record(plain.VERSION), NotALogError, "nothing else", "add_scalar"),
        (plain.record(event(0, what=sized(4, b"g"))), NotALogError, "only graph (1)", "add_scalar"),
        (LFS, NotALogError, "Git LFS", "git lfs pull"),
        (b"\x00" * 100, UnreadableError, "checksum", "binary"),
        (b"\xff" * 1000, UnreadableError, "checksum", "binary"),
        (b"loss,1\n" * 30, UnreadableError, "checksum", "binary"),
        (plain.record(plain.VERSION)[:20], UnreadableError, "first record", "again"),
        (plain.record(b"\x0a\x03abc"), NotALogError, "no TensorBoard events", "Name"),
        (plain.record(b"\x0f\xff\xff"), NotALogError, "no TensorBoard events", "Name"),
    ],
    ids=["empty", "header", "graph", "lfs", "zeros", "ones", "text", "cut", "tfrecord", "no protobuf"],
)
def test_a_file_without_scalars_is_refused(
    tmp_path: Path, content: bytes, kind: type[CurvedocError], problem: str, fix: str
) -> None:
    path = tmp_path / "run" / NAME
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(kind) as error:
        load(path)
    assert problem in error.value.problem
    assert fix in error.value.fix
    assert type(error.value) is kind
    good = write(tmp_path / "run" / SECOND, *losses("loss", range(5)))
    logged = load(path, good)
    assert steps(logged) == {"loss": list(range(5))}
    assert "1 of 2 event files" in logged.notes[0]


def test_a_directory_without_scalars(tmp_path: Path) -> None:
    (tmp_path / FIRST).write_bytes(b"")
    (tmp_path / SECOND).write_bytes(plain.record(plain.VERSION))
    with pytest.raises(
        NotALogError, match=r"none of its 2 event files holds a scalar: empty \(1\), header only"
    ):
        load(tmp_path / FIRST, tmp_path / SECOND)
    with pytest.raises(UnreadableError, match="cannot be read"):
        load(tmp_path / "missing")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_rubbish_in_sound_records(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse_event(data, 0, len(data))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_events_gone_wrong(at: int, byte: int) -> None:
    data = bytearray(event(7, scalar("loss", 0.5, first=True), simple("b", 1.0), wall=1.0))
    data[at % len(data)] = byte
    with contextlib.suppress(MalformedError):
        parse_event(bytes(data), 0, len(data))


def test_a_sound_record_of_rubbish_is_skipped(tmp_path: Path) -> None:
    events = [
        *losses("loss", range(5)),
        b"\x2a\xff\xff\xff\xff\x0f",
        b"\x10" + b"\xff" * 30,
        *losses("loss", [5]),
    ]
    logged = load(write(tmp_path / NAME, *events))
    assert steps(logged) == {"loss": list(range(6))}
    assert logged.notes == ("skipped what is no scalar: unreadable record (2)",)


# As the house sees it


def test_sniff_and_read(tmp_path: Path) -> None:
    path = write(tmp_path / "no_telling_name", *losses("loss", range(5)))
    lfs = tmp_path / NAME
    lfs.write_bytes(LFS)
    table = tmp_path / "run.csv"
    table.write_text("step,loss\n1,2\n")
    examples = tmp_path / "data.tfrecord"
    examples.write_bytes(plain.record(b"\x0a\x05hello"))
    assert [tensorboard.sniff(Source(str(p), p.name, (p,))) for p in (path, lfs, table, examples)] == [
        1,
        0.95,
        0,
        0,
    ]
    assert [is_event_file(p) for p in (path, lfs, table, examples, tmp_path / "missing")] == [
        True,
        True,
        *[False] * 3,
    ]
    (logged,) = tensorboard.read(Source("shown", "name", (path,), "events"), ReadOptions())
    assert (logged.name, logged.path, logged.reader, logged.x) == ("name", "shown", "tensorboard", "step")
    with pytest.raises(UnreadableError, match="pipe"):
        tensorboard.read(Source("-", "-", (), "stdin"), ReadOptions())
