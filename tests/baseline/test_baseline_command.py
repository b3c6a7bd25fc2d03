"""``check --baseline``, ``--write-baseline`` and ``compare`` as a user calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import write

from curvedoc import __version__
from curvedoc.cli import main
from curvedoc.reports.terminal.comparison import LABEL, told_apart

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two experiments of four seeds, one of them worse by a fifth."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for seed in range(4):
        write(tmp_path / f"main/seed_{seed}/log.csv", seed, level=0.4 + 0.004 * seed)
        write(tmp_path / f"worse/seed_{seed}/log.csv", 50 + seed, level=0.48 + 0.004 * seed)
        write(tmp_path / f"same/seed_{seed}/log.csv", 90 + seed, level=0.41 - 0.004 * (seed % 2))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(args)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("new", "base", "code", "words"),
    [
        ("worse", "main", 1, "4 runs against 4"),
        ("same", "main", 0, "of 4 runs 4 passed"),
        ("worse/seed_0", "main/seed_0", 1, "noise within the runs"),
        ("worse/seed_0", "main", 1, "1 run against 4"),
        ("main/seed_0", "main/seed_0", 0, "one run against one does not show how far seeds lie apart"),
        ("worse/seed_*/log.csv", "main/seed_*/log.csv", 1, "exact permutation test"),
    ],
)
def test_check(
    logs: Path, capsys: pytest.CaptureFixture[str], new: str, base: str, code: int, words: str
) -> None:
    found, _, err = said(capsys, "check", new, "--baseline", base)
    assert found == code
    assert words in err


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--tolerance", "0.05"), 1),
        (("--tolerance", "25%"), 0),
        (("--alpha", "0.7"), 2),
        (("--measure", "steps,best"), 1),
        (("--compare", "train/loss"), 1),
        (("--compare", "val/f1"), 1),
        (("--exit-zero",), 0),
    ],
)
def test_terms(logs: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], code: int) -> None:
    assert said(capsys, "check", "worse", "--baseline", "main", *flags)[0] == code


def test_a_baseline_file_judges_as_the_logs_do(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "check", "main", "--fail-on", "unstable", "--write-baseline", "main.json")
    assert code == 0
    assert "main.json: 4 runs written, as baseline 1" in err
    by_logs = said(capsys, "check", "worse", "--baseline", "main", "--format", "json")
    by_file = said(capsys, "check", "worse", "--baseline", "main.json", "--format", "json")
    assert by_file[:2] == by_logs[:2]
    assert (logs / "main.json").stat().st_size < 20_000


def test_what_fails_becomes_no_baseline(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--baseline", "main", "--write-baseline", "new.json")
    code, _, err = said(capsys, "check", "worse", *flags)
    assert code == 1
    assert "not written, for the gate did not pass" in err
    assert not (logs / "new.json").exists()
    assert said(capsys, "check", "same", *flags)[0] == 0
    assert (logs / "new.json").exists()


def test_entries_are_added_and_labels_replaced(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for label in ("one", "two", "one"):
        said(capsys, "check", "main", "--fail-on", "unstable", "--write-baseline", "b.json", "--label", label)
    assert [e["label"] for e in json.loads((logs / "b.json").read_text())["entries"]] == ["two", "one"]


def test_another_file_is_never_overwritten(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "mine.json").write_text('{"mine": 1}')
    code, out, err = said(capsys, "check", "main", "--write-baseline", "mine.json")
    assert (code, out) == (2, "")
    assert "is no baseline and will not be overwritten" in err
    assert (logs / "mine.json").read_text() == '{"mine": 1}'


@pytest.mark.parametrize(
    ("base", "code", "words"),
    [
        ("nothing.csv", 3, "there is no such file"),
        ("damaged.json", 3, "is a damaged baseline"),
        ("newer.json", 2, "has schema version 2"),
        ("empty", 3, ""),
    ],
)
def test_a_baseline_that_cannot_be_read(
    logs: Path, capsys: pytest.CaptureFixture[str], base: str, code: int, words: str
) -> None:
    (logs / "empty").mkdir()
    (logs / "damaged.json").write_text('{\n"kind": "curvedoc baseline",\n"schema_version": 1,\n"entries": [{')
    (logs / "newer.json").write_text('{\n"kind": "curvedoc baseline",\n"schema_version": 2\n}')
    found, out, err = said(capsys, "check", "main", "--baseline", base)
    assert (found, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


def test_settings(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "conf").mkdir()
    table = '[check.baseline]\npath = "../main"\ntolerance = "25%"\n'
    (logs / "conf/curvedoc.toml").write_text(table)
    config = ("--config", "conf/curvedoc.toml")
    assert said(capsys, "check", "worse", *config)[0] == 0
    assert said(capsys, "check", "worse", *config, "--tolerance", "0")[0] == 1
    (logs / "conf/curvedoc.toml").write_text('[check.baseline]\ntolerence = "25%"\n')
    code, _, err = said(capsys, "check", "worse", *config)
    assert code == 2
    assert "conf/curvedoc.toml: unknown setting 'tolerence' of the baseline. Did you mean 'tolerance'?" in err


@pytest.mark.parametrize("path", ["[]", '""', '["main", ""]', "3"])
def test_a_baseline_of_nothing_is_a_mistake(
    logs: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    (logs / "curvedoc.toml").write_text(f"[check.baseline]\npath = {path}\n")
    for args in (("worse",), ("--show-config",)):
        code, _, err = said(capsys, "check", *args)
        assert code == 2
        assert "curvedoc.toml: 'path'" in err


def test_hostile_names_do_nothing(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "seed_0\x1b[31m|<b>\u202e"
    write(logs / "hostile" / f"{name}.csv", 1)
    write(logs / "hostile" / "b.csv", 2)
    main(["check", "hostile", "--fail-on", "unstable", "--write-baseline", "h.json"])
    main(["check", "main/seed_0", "--baseline", "h.json"])
    for form in ("terminal", "json", "markdown"):
        main(["compare", "hostile", "--format", form])
        out, err = capsys.readouterr()
        assert not set("\x1b\u202e") & set(out + err)
        assert form != "markdown" or "<b>" not in out.replace("\\<", "")


COMPARED = {
    "compare_seeds_120.txt": ("main", "--versus", "worse", "--width", "120"),
    "compare_seeds_80.txt": ("main", "--versus", "worse", "--width", "80"),
    "compare_three_80.txt": ("main/seed_0", "same/seed_1", "worse/seed_0", "--width", "80"),
    "compare_narrow_50.txt": ("main/seed_0", "worse/seed_0", "--width", "50", "--target", "val/loss <= 0.5"),
    "compare.md": (".", "--format", "markdown"),
    "compare.json": ("main/seed_0", "worse", "--format", "json"),
}


@pytest.mark.parametrize("name", COMPARED)
def test_golden(logs: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, err = said(capsys, "compare", *COMPARED[name])
    assert (code, err) == (0, "")
    if name.endswith(".json"):  # the last digits depend on the processor
        out = (
            json.dumps(json.loads(out, parse_float=lambda text: float(f"{float(text):.6g}")), indent=2) + "\n"
        )
    out = out.replace(f'"version": "{__version__}"', '"version": "…"')
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")
    if name.endswith(".txt"):
        width = int(name.removesuffix(".txt").rpartition("_")[2])
        assert max(map(len, out.splitlines())) <= width


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("main/seed_0",), 2, "there is only one run to compare"),
        (("main", "--format", "htm"), 2, "There is no output format 'htm'"),
        (("main", "worse", "--target", "val/loss"), 2, ""),
        (("main", "worse", "--target", "best val/loss <= 1"), 2, "more than a level"),
        (("main", "nothing"), 3, "no such file"),
        (("main", "--versus", "nothing"), 3, "no such file"),
        (("main", "worse", "--tolerance", "x"), 2, "no tolerance"),
    ],
)
def test_wrong_calls(
    logs: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], code: int, words: str
) -> None:
    found, _, err = said(capsys, "compare", *args)
    assert found == code
    assert words in err


def test_compare_in_ascii(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from curvedoc.commands import showing

    monkeypatch.setattr(showing, "style", lambda *_: {"width": 80, "color": False, "unicode": False})
    monkeypatch.setattr("curvedoc.commands.compare.style", showing.style)
    _, out, _ = said(capsys, "compare", "main", "--versus", "worse")
    assert out.isascii()
    assert "+/-" in out


def test_runs_that_cannot_be_compared_are_told(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "nan.csv").write_text(
        "epoch,val_loss\n" + "".join(f"{i},{'nan' if i > 5 else 1}\n" for i in range(9))
    )
    (logs / "train.csv").write_text("epoch,train_loss\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(9)))
    code, out, _ = said(capsys, "compare", "main/seed_0", "nan.csv", "train.csv", "--compare", "val/loss")
    assert code == 0
    assert "ends in NaN or infinity" in out
    assert "has no val/loss" in out
    assert "only " in out


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["a", "b"], ["a", "b"]),
        (["optimizer_n00_w8_sgd_s42", "optimizer_n00_w64_sgd_s42"], ["n00_w8_sgd_s", "n00_w64_sgd_"]),
        (["same", "same"], ["1: same", "2: same"]),
        (["x" * 40, "y" * 40], ["x" * 12, "y" * 12]),
    ],
)
def test_labels_of_the_chart_differ(names: list[str], labels: list[str]) -> None:
    assert told_apart(names) == labels


@given(st.lists(st.text("ab/", min_size=1, max_size=30), min_size=1, max_size=6))
def test_labels_are_short_and_differ(names: list[str]) -> None:
    labels = told_apart(names)
    assert len(set(labels)) == len(names)
    assert all(len(label) <= LABEL for label in labels)
