"""``curvedoc bench`` end to end, on logs made here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pytest

from curvedoc import cli

if TYPE_CHECKING:
    from pathlib import Path


class Result(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*args: object) -> Result:
        capsys.readouterr()
        code = cli.main(["bench", *map(str, args)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(code, out, err)

    return run


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with an overfitting run, a healthy one and what is no log; two of three labels are right."""

    def write(name: str, val: Callable[[int], float]) -> None:
        lines = [f"{i},{2 * 0.85**i + 0.05},{val(i)}\n" for i in range(60)]
        (tmp_path / name).write_text("epoch,train_loss,val_loss\n" + "".join(lines))

    write("over.csv", lambda i: 2 * 0.85**i + 0.4 + 0.03 * max(0, i - 12))
    write("well.csv", lambda i: 2 * 0.85**i + 0.1)
    (tmp_path / "notes.txt").write_text("nothing of interest\n")
    (tmp_path / "labels.csv").write_text(
        "path,primary,acceptable,group\n"
        "over.csv,overfitting,,a\n"
        "well.csv,unstable,unstable|poor_optimization,b\n"
        "notes.txt,not_a_training_log,,c\n"
        "gone.csv,unlabelled,,d\n"
    )
    return tmp_path


def test_the_text_report(call: Call, logs: Path) -> None:
    shown = call(logs / "labels.csv", "--wrong")
    assert (shown.code, shown.err) == (0, "")
    assert "3 labelled logs in 3 groups; 1 unlabelled rows passed over." in shown.out
    assert "66.7 %" in shown.out
    (wrong,) = [line for line in shown.out.splitlines() if "well.csv" in line]
    assert wrong.startswith("unstable  smooth_descent")
    assert "flip" not in shown.out
    assert "prefixes" not in shown.out


def test_json(call: Call, logs: Path) -> None:
    shown = call(logs / "labels.csv", "--format", "json", "--robustness", "--prefix")
    document = json.loads(shown.out)
    assert (shown.code, shown.err, document["logs"], document["unlabelled"]) == (0, "", 3, 1)
    figures = {each["name"]: each["by_log"]["value"] for each in document["figures"]}
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert document["confusion"]["unstable"] == {"smooth_descent": 1}
    assert {each["perturbation"]: each["flips"]["logs"] for each in document["flips"]}["1 % noise"] == 2
    assert document["foresight"][0]["runs"] == 2


def test_output_goes_to_a_file(call: Call, logs: Path) -> None:
    shown = call(logs / "labels.csv", "--output", logs / "report.txt")
    assert shown.out == ""
    assert (logs / "report.txt").read_text().startswith("Figures\n")


@pytest.mark.parametrize(("wanted", "code"), [("0.6", 0), ("0.7", 1)])
def test_a_least_accuracy(call: Call, logs: Path, wanted: str, code: int) -> None:
    shown = call(logs / "labels.csv", "--min-accuracy", wanted)
    assert shown.code == code
    assert ("accuracy 0.667 is below 0.7" in shown.err) is bool(code)


def test_several_processes_say_the_same(call: Call, logs: Path) -> None:
    one, two = (json.loads(call(logs / "labels.csv", "--format", "json", "--jobs", n).out) for n in (1, 2))
    for document in (one, two):
        del document["seconds"]
    assert one == two


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "Missing argument"),
        (("nowhere.csv",), "labels cannot be read"),
        (("labels.csv", "--format", "jsn"), "Did you mean 'json'?"),
        (("labels.csv", "labels.csv"), "labelled twice"),
        (("labels.csv", "--min-accuracy", "97"), "--min-accuracy"),
    ],
)
def test_wrong_calls(
    call: Call, logs: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(logs)
    shown = call(*args)
    assert (shown.code, shown.out) == (2, "")
    assert says in shown.err


def test_a_log_that_is_gone_is_said_and_not_scored(call: Call, logs: Path) -> None:
    (logs / "notes.txt").unlink()
    shown = call(logs / "labels.csv")
    assert shown.code == 0
    assert "2 labelled logs in 2 groups" in shown.out
    assert "1 labelled logs are not there and not scored" in shown.err
    assert "notes.txt" in shown.err


@pytest.mark.parametrize("keep", ["notes.txt", ""])
def test_nothing_to_score(call: Call, logs: Path, keep: str) -> None:
    for name in {"over.csv", "well.csv", "notes.txt"} - {keep}:
        (logs / name).unlink()
    shown = call(logs / "labels.csv")
    assert (shown.code, shown.out) == (3, "")
    assert "no labelled log could be read" in shown.err


def test_help(call: Call) -> None:
    shown = call("--help")
    assert shown.code == 0
    assert shown.out.startswith("Usage: curvedoc bench ")
    assert "--min-accuracy" in shown.out


def test_the_start_of_other_commands_does_not_pay_for_it() -> None:
    code = "import sys; from curvedoc.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in done.stderr.split() if name.startswith("curvedoc.bench")]
    assert "  bench " in done.stdout
