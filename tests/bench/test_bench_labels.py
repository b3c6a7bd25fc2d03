"""Label files: what they may hold, and what is said of those that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curvedoc.bench.labels import Labels, read_labels
from curvedoc.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str, encoding: str = "utf-8") -> Labels:
    file = folder / "labels.csv"
    file.write_bytes(text.encode(encoding))
    return read_labels([file])


def test_a_full_row(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "path,primary,acceptable,tier,group,source\n"
        "sub/a.csv,overfitting,overfitting|unstable,A,g1,lab\n"
        "b.csv,unlabelled,,,,\n",
    )
    (row,) = found.rows
    assert (row.path, row.primary) == (tmp_path / "sub/a.csv", "overfitting")
    assert row.acceptable == {"overfitting", "unstable"}
    assert (row.tier, row.group, row.source) == ("A", "g1", "lab")
    assert found.unlabelled == 1


@pytest.mark.parametrize(
    ("header", "cells", "group", "source"),
    [
        ("path,primary", "", "a.csv", ""),
        ("path,primary,repo,format", ",me/it,csv", "me/it", "csv"),
        ("path,primary,repo,group", ",me/it,seed 1", "seed 1", ""),
        ("path,primary,repo,group", ",me/it,", "me/it", ""),
        (" path , primary , source", ", x ", "a.csv", "x"),
    ],
)
def test_what_is_not_given(tmp_path: Path, header: str, cells: str, group: str, source: str) -> None:
    (row,) = read(tmp_path, f"{header}\na.csv,grokking{cells}\n").rows
    assert (row.group, row.source, row.acceptable) == (group, source, {"grokking"})


def test_the_primary_state_is_always_acceptable(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "path,primary,acceptable\na.csv,unstable,grokking\n").rows
    assert row.acceptable == {"unstable", "grokking"}


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    assert len(read(tmp_path, "path,primary\r\na.csv,unstable\r\n", "utf-8-sig").rows) == 1


def test_several_files_each_with_its_own_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "labels.csv").write_text("path,primary\na.csv,unstable\n")
    files = [tmp_path / name / "labels.csv" for name in ("one", "two")]
    rows = read_labels(files, ["first", "second"]).rows
    assert [(row.path.parent.name, row.part) for row in rows] == [("one", "first"), ("two", "second")]
    assert read_labels(files).rows[0].part == str(files[0])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column 'path' (it holds nothing)"),
        ("path,label\na.csv,unstable\n", "no column 'primary' (it holds path, label)"),
        ("path,primry\na.csv,unstable\n", "Did you mean 'primry'?"),
        ("path,primary\n", "holds no labelled log"),
        ("path,primary\na.csv,unlabelled\n", "only 1 rows 'unlabelled'"),
        ("path,primary\na.csv,overfiting\n", "'overfiting' is no state. Did you mean 'overfitting'?"),
        ("path,primary,acceptable\na.csv,unstable,unstable|grokk\n", "Did you mean 'grokking'?"),
        ("path,primary\na.csv,\n", "names no primary state"),
        ("path,primary\n,unstable\n", "names no path"),
        ("path,primary\na.csv,unstable\na.csv,grokking\n", "labelled twice"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, text)
    assert says in error.value.problem
    assert error.value.fix
    assert error.value.path


def test_an_unknown_state_is_found_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, "path,primary\na.csv,unstable\nb.csv,fine\n")
    assert error.value.path.endswith("labels.csv:3")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00path"], ids=["missing", "binary"])
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "labels.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match="labels cannot be read"):
        read_labels([file])
