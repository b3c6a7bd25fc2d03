"""Settings files: found upward, validated, with errors that say what to write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from curvedoc.errors import UsageError
from curvedoc.settings import Settings, load
from curvedoc.source import covers

if TYPE_CHECKING:
    from pathlib import Path

FULL = """
metric = "f1"
x = "step"
reader = "csv"
map = { "train/loss" = "L" }
check = { fail-on = ["overfitting", "unstable"], min-confidence = 1 }
[paths."a/*"]
metric = "auc"
check.max-gap = "5%"
[paths."b/*".check]
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    file = tmp_path / "curvedoc.toml"
    file.write_text(FULL)
    assert load(tmp_path) == Settings(
        map={"train/loss": "L"},
        metric="f1",
        x="step",
        reader="csv",
        check={"fail-on": ["overfitting", "unstable"], "min-confidence": 1},
        paths={"a/*": Settings(metric="auc")},
        checks={"a/*": {"max-gap": "5%"}, "b/*": {}},
        path=file,
    )


def test_nearest_file_upward_wins_and_strangers_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.curvedoc]\nmetric = "far"\n')
    near = tmp_path / "a" / "b"
    near.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.ruff]\n")
    (near / "pyproject.toml").write_text("not TOML, and not ours")
    assert load(near).metric == "far"
    (near / "pyproject.toml").write_text('[tool.curvedoc]\nmetric = "near"\n')
    assert load(near).metric == "near"
    (near / "curvedoc.toml").write_text('metric = "nearest"\n')
    assert load(near).metric == "nearest"


def test_a_project_named_curvedoc_need_not_configure_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "curvedoc"\n')
    assert load(tmp_path).path != tmp_path / "pyproject.toml"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("metrik = 'f1'", "Did you mean 'metric'?"),
        ("paths = ['a']", "table of tables"),
        ("paths = {'a/*' = {metrik = 'f1'}}", "Did you mean 'metric'?"),
        ("paths = {'a/*' = {x = 1}}", "not a string"),
        ("check = 3", "'check' is not a table"),
        ("paths = {'a/*' = {check = 3}}", "'check' is not a table"),
        ("metric = 3", "'metric' is not a string: 3"),
        ("map = ['L']", "'map' is not a table of strings"),
        ("map = {x = 1}", "'map' is not a table of strings"),
        ("metric = ", "not valid TOML"),
    ],
)
def test_mistakes_are_named_with_the_file(tmp_path: Path, text: str, part: str) -> None:
    (tmp_path / "curvedoc.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load(tmp_path)
    assert part in caught.value.problem
    assert caught.value.path == str(tmp_path / "curvedoc.toml")
    assert caught.value.fix


def test_a_tool_entry_that_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool.curvedoc = 3")
    with pytest.raises(UsageError, match="is not a table"):
        load(tmp_path)


def test_undecodable_file(tmp_path: Path) -> None:
    (tmp_path / "curvedoc.toml").write_bytes(b"metric = '\xff'")
    with pytest.raises(UsageError, match="not valid TOML"):
        load(tmp_path)


def test_paths_may_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from curvedoc.cli import main

    (tmp_path / "pyproject.toml").write_text(
        """
        [tool.curvedoc]
        metric = "accuracy"
        [tool.curvedoc.paths."odd/*"]
        map = { "train/loss" = "L" }
        x = "n"
        metric = "f1"
        [tool.curvedoc.paths."odd/plain.csv"]
        reader = "csv"
        """
    )
    rows = "".join(f"{i},{i * 2},{3 / i},{1 - 1 / i},{1 - 1 / i / 2}\n" for i in range(1, 20))
    for name, head in (("odd/run", "epoch,n,L"), ("odd/plain", "epoch,n,loss"), ("usual", "epoch,n,loss")):
        file = tmp_path / "logs" / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{head},val_accuracy,val_f1\n{rows}")
    monkeypatch.chdir(tmp_path)
    found = {}
    for flags in ((), ("--metric", "f1")):
        assert main(["diagnose", "logs", "--format", "json", *flags]) == 0
        runs = json.loads(capsys.readouterr().out)["runs"]
        found[flags] = {run["name"]: (run["x"], run["metric"]) for run in runs}
        assert all("train/loss" in [s["role"] for s in run["series"]] for run in runs)
    assert found[()] == {
        "odd/run": ("n", "f1"),
        "odd/plain": ("epoch", "accuracy"),
        "usual": ("epoch", "accuracy"),
    }
    assert {metric for _, metric in found["--metric", "f1"].values()} == {"f1"}


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("mnist/*", "mnist/run.csv", True),
        ("mnist/*", "logs/mnist/a/run.csv", True),
        ("*.log", "a/b.log", True),
        ("run.csv", "a/run.csv", True),
        ("run.csv", "a/my_run.csv", False),
        ("mnist/*", "fashion-mnist/run.csv", False),
        ("logs.zip/*", "logs.zip/a/run.csv", True),
        ("mnist/*", "C:\\logs\\mnist\\run.csv", True),
    ],
)
def test_patterns_fit_the_end_of_a_path(pattern: str, path: str, fits: bool) -> None:
    assert covers(pattern, path) is fits
