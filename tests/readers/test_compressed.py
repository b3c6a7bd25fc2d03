"""Compressed files and archives: the same run as unpacked, bounded, and nothing ever extracted."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zstandard
from event_writer import VERSION, event, record, simple
from hypothesis import given
from hypothesis import strategies as st
from read_everything import everything

from curvedoc import archives, search, source
from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.readers import discover, load
from curvedoc.source import HEAD_BYTES, ReadOptions, Source, bounded
from curvedoc.stored import Stored

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = "epoch,loss,val_loss\n1,3,4\n2,2,3\n3,1,2\n"
LONG = "epoch,loss\n" + "".join(f"{i},{1 / (i + 1)!r}\n" for i in range(1000))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstandard.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


def events(values: list[float]) -> bytes:
    points = (event(i, simple("loss", v), wall=1.7e9 + i) for i, v in enumerate(values))
    return b"".join(map(record, (VERSION, *points)))


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_log_reads_as_the_log(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"run.csv.{ending}"
    path.write_bytes(PACKERS[ending](LOG.encode()))
    ((run,), problems, _) = everything(path)
    assert not problems
    assert (run.name, run.reader) == ("run", "csv")
    assert [s.values.tolist() for s in run.series] == [[3, 2, 1], [4, 3, 2]]
    assert [r.name for r in everything(tmp_path)[0]] == ["run"]


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_event_file_reads_as_the_event_file(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"events.out.tfevents.1.h.{ending}").write_bytes(PACKERS[ending](events([3, 2, 1])))
    for path in (tmp_path, tmp_path / f"events.out.tfevents.1.h.{ending}"):
        ((run,), problems, _) = everything(path)
        assert not problems
        assert run.reader == "tensorboard"
        assert run.series[0].values.tolist() == [3, 2, 1]
        assert not run.notes


@pytest.mark.parametrize("ending", PACKERS)
@given(parts=st.lists(st.binary(max_size=300), min_size=1, max_size=3))
def test_streams_put_together_give_all_their_bytes(ending: str, parts: list[bytes]) -> None:
    packed = b"".join(PACKERS[ending](part) for part in parts)
    assert bounded(io.BytesIO(packed), None, "x") == b"".join(parts)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_cut_off_stream_has_a_head_and_an_error(tmp_path: Path, ending: str) -> None:
    data = np.random.default_rng(0).bytes(3 * HEAD_BYTES).hex().encode()
    path = tmp_path / f"run.csv.{ending}"
    packed = PACKERS[ending](data)
    path.write_bytes(packed[: len(packed) * 9 // 10])
    of = Source(str(path), "run", (path,))
    if ending != "bz2":  # its blocks are larger than that
        assert of.head == data[:HEAD_BYTES]
    with pytest.raises(UnreadableError, match="damaged or cut off") as caught:
        of.read_bytes()
    assert caught.value.fix


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_is_refused(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "RATIO_FREE_BYTES", 1 << 20)
    path = tmp_path / f"run.csv.{ending}"
    path.write_bytes(PACKERS[ending](bytes(1 << 26)))
    with pytest.raises(UnreadableError, match="unpacks to more than"):
        Source(str(path), "run", (path,)).read_bytes()


def test_zstd_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run.csv.zst").write_bytes(zstandard.compress(LOG.encode()))
    for name in ("zstandard", "compression"):
        monkeypatch.setitem(sys.modules, name, None)
    _, (error,), _ = everything(tmp_path / "run.csv.zst")
    assert "curvedoc[zstd]" in error.fix


def members() -> dict[str, str | bytes]:
    return {
        "exp/a/metrics.csv": LOG,
        "exp/b/metrics.csv.gz": gzip.compress(LOG.encode()),
        "exp/c/train/events.out.tfevents.1.h": events([3, 2, 1]),
        "exp/c/validation/events.out.tfevents.1.h": events([4, 3, 2]),
        "exp/README.md": "# results\nthe loss is fine\n",
        "exp/model.bin": b"\0" * 100,
        "__MACOSX/exp/metrics.csv": LOG,
        "exp/.hidden.csv": LOG,
    }


def check_members(path: Path) -> None:
    runs, problems, skipped = everything(path)
    assert not problems
    found = {r.name: [(s.name, s.values.tolist()) for s in r.series] for r in runs}
    assert found == {
        f"{path.name}/exp/a/metrics": [("loss", [3, 2, 1]), ("val_loss", [4, 3, 2])],
        f"{path.name}/exp/b/metrics": [("loss", [3, 2, 1]), ("val_loss", [4, 3, 2])],
        f"{path.name}/exp/c": [("train/loss", [3, 2, 1]), ("validation/loss", [4, 3, 2])],
    }
    assert [e.path.endswith("README.md") for e in skipped] == [True]
    assert {r.path for r in runs} == {
        f"{path}/exp/a/metrics.csv", f"{path}/exp/b/metrics.csv.gz", f"{path}/exp/c"
    }  # fmt: skip


def test_a_zip_is_many_runs(tmp_path: Path) -> None:
    check_members(zipped(tmp_path / "logs.zip", members()))


@pytest.mark.parametrize("name", ["logs.tar", "logs.tar.gz", "logs.tgz", "logs.tar.zst", "logs.tar.xz"])
def test_a_tar_is_many_runs(tmp_path: Path, name: str) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for member, data in members().items():
            info = tarfile.TarInfo(member)
            content = data.encode() if isinstance(data, str) else data
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("exp/link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    pack = (
        PACKERS[{"tar": "", "tgz": "gz"}.get(name.split(".")[-1], name.split(".")[-1])]
        if name != "logs.tar"
        else bytes
    )
    (tmp_path / name).write_bytes(pack(made.getvalue()))
    check_members(tmp_path / name)


def test_a_search_finds_archives_and_only_the_logs_in_them(tmp_path: Path) -> None:
    (tmp_path / "down").mkdir()
    zipped(tmp_path / "down" / "logs.zip", members())
    zipped(tmp_path / "images.zip", {"a.png": b"x"})
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 no more")
    (tmp_path / "run.csv").write_text(LOG)
    runs, problems, skipped = everything(tmp_path)
    assert not problems
    assert {r.name for r in runs} == {
        "run", "down/logs.zip/exp/a/metrics", "down/logs.zip/exp/b/metrics", "down/logs.zip/exp/c"
    }  # fmt: skip
    told = {str(Path(e.path).relative_to(tmp_path).as_posix()): e.problem for e in skipped}
    assert set(told) == {"broken.zip", "images.zip", "down/logs.zip/exp/README.md"}
    assert "damaged archive" in told["broken.zip"]


@pytest.mark.parametrize("name", ["logs.zip", "logs.tar.gz"])
def test_a_damaged_archive_is_an_error_where_there_is_nothing_else(tmp_path: Path, name: str) -> None:
    """In a directory and named; beside a log it is passed over, with the reason."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        info = tarfile.TarInfo("run.csv")
        info.size = len(LONG)
        archive.addfile(info, io.BytesIO(LONG.encode()))
    packed = gzip.compress(made.getvalue())
    (tmp_path / name).write_bytes(b"PK\x03\x04 no more" if "zip" in name else packed[: len(packed) // 2])
    (tmp_path / "README.md").write_text("# Prose\n")
    for path in (tmp_path, tmp_path / name):
        runs, (error,), _ = everything(path)
        assert not runs
        assert "damaged" in error.problem
        assert error.fix
        assert error.path == str(tmp_path / name)
    (tmp_path / "run.csv").write_text(LOG)
    (run,), problems, skipped = everything(tmp_path)
    assert run.name == "run"
    assert not problems
    assert str(tmp_path / name) in [e.path for e in skipped]


def test_what_a_search_of_archives_passes_over_it_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_BYTES", 18_000)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("run.csv", LOG)
    path = zipped(tmp_path / "logs.zip", {"a.csv": LOG, "large.csv": LONG, "inner.zip": inner.getvalue()})
    (tmp_path / "large.zip").write_bytes(bytes(20_000))
    for root in (path, tmp_path):
        (run,), problems, skipped = everything(root)
        assert run.path == str(path / "a.csv")
        assert not problems
        told = {Path(e.path).name: e.problem for e in skipped}
        assert "an archive inside an archive" in told["inner.zip"]
        assert "larger than" in told["large.csv"]
        assert root == path or "larger than" in told["large.zip"]
    (run,), problems, _ = everything(path / "large.csv")  # what is named is read
    assert not problems
    assert len(run.series[0].values) == 1000


def test_a_member_can_be_named_as_it_is_shown(tmp_path: Path) -> None:
    path = zipped(tmp_path / "logs.zip", members())
    assert [r.name for r in everything(path / "exp" / "a" / "metrics.csv")[0]] == ["metrics"]
    assert [r.series[0].name for r in everything(path / "exp" / "c")[0]] == ["train/loss"]
    _, (error,), _ = everything(path / "exp" / "gone.csv")
    assert "no such file" in error.problem


def test_names_that_lead_out_are_only_names(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = ["../../evil.csv", "/etc/evil2.csv", "..\\evil3.csv", "C:\\evil4.csv", "a/./b//run.csv"]
    path = zipped(tmp_path / "in" / "logs.zip", dict.fromkeys(names, LOG))
    runs, problems, _ = everything(path)
    assert not problems
    assert len(runs) == len(names)
    assert all(r.path.startswith(f"{path}/") and ".." not in r.path for r in runs)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["in", "logs.zip"]


def test_a_checkpoint_and_an_empty_zip_are_no_logs(tmp_path: Path) -> None:
    for name, held in (
        ("model.pt", {"archive/data.pkl": b"\x80\x02", "archive/version": "3"}),
        ("e.zip", {}),
    ):
        _, (error,), _ = everything(zipped(tmp_path / name, held))
        assert isinstance(error, NotALogError)
        assert "no file that may be a log" in error.problem


def test_a_damaged_zip_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "logs.zip", {"a.csv": LOG * 50, "b.csv": LOG})
    whole = path.read_bytes()
    path.write_bytes(whole[:60])
    _, (error,), _ = everything(path)
    assert "damaged archive" in error.problem
    at = whole.index(b"a.csv") + 10  # inside the packed bytes of the first member
    path.write_bytes(whole[:at] + b"\xff\xff\xff" + whole[at + 3 :])
    runs, (error,), _ = everything(path)
    assert [r.name for r in runs] == ["logs.zip/b"]
    assert "damaged" in error.problem
    assert error.path == f"{path}/a.csv"


def test_an_encrypted_member_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "logs.zip", {"a.csv": LOG})
    data = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + at] |= 1
    path.write_bytes(data)
    _, (error,), _ = everything(path)
    assert "encrypted" in error.problem


def test_zip_bombs_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "RATIO_FREE_BYTES", 1 << 20)
    one = zipped(tmp_path / "one.zip", {"a.csv": bytes(1 << 24)})
    many = zipped(tmp_path / "many.zip", {f"{i}.csv": bytes(1 << 17) for i in range(100)})
    nested = zipped(
        tmp_path / "nested.zip",
        {"a.csv.gz": gzip.compress(LOG.encode() + b"9,9,9\n" * (1 << 20)), "b.csv": LOG},
    )
    for path in (one, many, nested):
        runs, (error,), _ = everything(path)
        assert "unpacks to more than" in error.problem
        assert len(runs) == (path is nested)


def test_a_zip_that_lies_about_sizes_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "logs.zip", {"a.csv": LOG + "9,9,9\n" * 100_000})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    runs, problems, _ = everything(path)
    assert not runs
    assert problems


def test_too_many_members_are_a_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)
    path = zipped(tmp_path / "logs.zip", {f"{i}.csv": LOG for i in range(7)})
    _, (error,), _ = everything(path)
    assert "more than 5 files" in error.problem


def test_a_tar_keeps_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "HELD_BYTES", 1000)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for i in range(3):
            info = tarfile.TarInfo(f"{i}.csv")
            info.size = 600
            archive.addfile(info, io.BytesIO(b"x" * 600))
    _, (error,), _ = everything(tmp_path / "a.tar")
    assert "unpack it" in error.fix.lower()


def test_members_can_be_sent_to_another_process(tmp_path: Path) -> None:
    path = zipped(tmp_path / "logs.zip", members())
    for found in discover([str(path)]):
        assert isinstance(found, Source)
        assert isinstance(found.files[0], Stored)
        assert found.files[0].stat().st_size > 0
        again = pickle.loads(pickle.dumps(found))
        if "README" not in found.path:
            assert load(again, ReadOptions())[0].name == found.name


@given(st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", *source.PACKED]))
def test_no_bytes_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes, magic: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(magic + data)
    everything(path)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_no_damage_crashes_an_archive(
    tmp_path_factory: pytest.TempPathFactory, at: int, change: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "harmed.zip"
    zipped(path, {"a/run.csv": LOG, "b/events.out.tfevents.1.h": events([2, 1])})
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at : at + len(change)] = change
    path.write_bytes(data)
    everything(path)


def test_a_gzip_bomb_in_a_tar_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "RATIO_FREE_BYTES", 1 << 20)
    info = tarfile.TarInfo("model.bin")  # not wanted, but to pass it over means to unpack it
    info.size = 1 << 26
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    (tmp_path / "a.tar.gz").write_bytes(
        packer.compress(info.tobuf()) + packer.compress(bytes(1 << 26)) + packer.flush()
    )
    _, (error,), _ = everything(tmp_path / "a.tar.gz")
    assert "unpacks to more than" in error.problem
