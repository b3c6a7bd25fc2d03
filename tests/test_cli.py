"""The command line end to end: what is printed where, and which exit code comes back."""

from __future__ import annotations

import gzip
import io
import json
import os
import shlex
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import curvedoc
from curvedoc import cli, console
from curvedoc.crc32c import masked_crc32c

COMMANDS = ("diagnose", "check", "columns", "explain", "rules", "completion", "reference")


class Result(NamedTuple):
    """What a call left behind."""

    code: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Run a command line in-process, in an empty directory and without a terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "COLUMNS", "CURVEDOC_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: object) -> Result:
        capsys.readouterr()
        code = cli.main([str(a) for a in args])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(code, out, err)

    return run


def rows(header: str, *columns: list[object]) -> str:
    """CSV text."""
    return "\n".join([header, *(",".join(map(str, row)) for row in zip(*columns, strict=True))]) + "\n"


EPOCHS = list(range(60))
FALLING = [2.0 * 0.93**i + 0.05 for i in EPOCHS]
RISING = [2.0 * 0.85**i + 0.4 + 0.03 * max(0, i - 12) for i in EPOCHS]
HEALTHY = rows("epoch,train_loss,val_loss", EPOCHS, FALLING, [v + 0.03 for v in FALLING])
OVERFIT = rows("epoch,train_loss,val_loss", EPOCHS, FALLING, RISING)


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    path = tmp_path / "healthy.csv"
    path.write_text(HEALTHY)
    return path


@pytest.fixture
def overfit(tmp_path: Path) -> Path:
    path = tmp_path / "overfit.csv"
    path.write_text(OVERFIT)
    return path


def states(result: Result) -> dict[str, str]:
    """Run name -> state of a JSON report."""
    return {Path(run["path"]).name: run["state"] for run in json.loads(result.out)["runs"]}


# --- what works ---


def test_version_and_help(call: Call) -> None:
    assert call("--version") == (0, f"curvedoc {curvedoc.__version__}\n", "")
    shown = call("--help")
    assert shown.code == 0
    assert all(name in shown.out for name in COMMANDS)
    for code in (0, 1, 2, 3, 70, 130):
        assert f"  {code} " in shown.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(call: Call, name: str) -> None:
    shown = call(name, "--help")
    assert shown.code == 0
    assert shown.out.startswith(f"Usage: curvedoc {name} ")


def test_diagnose_in_the_terminal(call: Call, overfit: Path) -> None:
    shown = call("diagnose", overfit)
    assert (shown.code, shown.err) == (0, "")
    assert "overfitting" in shown.out.lower()
    assert "\x1b" not in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


@pytest.mark.parametrize("width", [60, 120])
def test_width(call: Call, overfit: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    by_flag = call("diagnose", overfit, "--width", width)
    assert max(map(len, by_flag.out.splitlines())) <= width
    monkeypatch.setenv("COLUMNS", str(width))
    assert call("diagnose", overfit) == by_flag


def test_details_say_more(call: Call, overfit: Path) -> None:
    assert len(call("diagnose", overfit, "--details").out) > len(call("diagnose", overfit).out)


def test_diagnose_as_json(call: Call, overfit: Path, healthy: Path) -> None:
    shown = call("diagnose", overfit, healthy, "--format", "json")
    assert (shown.code, shown.err) == (0, "")
    assert states(shown) == {"overfit.csv": "overfitting", "healthy.csv": "smooth_descent"}


def test_directory_glob_and_stdin(
    call: Call, overfit: Path, healthy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {"overfit.csv": "overfitting", "healthy.csv": "smooth_descent"}
    assert states(call("diagnose", ".", "--format", "json")) == both
    assert states(call("diagnose", "*.csv", "--format", "json")) == both
    for data in (OVERFIT.encode(), gzip.compress(OVERFIT.encode())):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        (state,) = states(call("diagnose", "-", "--format", "json")).values()
        assert state == "overfitting"


def test_what_lies_beside_the_logs_is_passed_over(call: Call, overfit: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"lr": 0.1}')
    (tmp_path / "people.csv").write_text("name,age\nAnn,30\nBob,40\n")
    done = call("diagnose", ".", "--format", "json")
    assert done.code == 0
    assert states(done) == {"overfit.csv": "overfitting"}
    assert "passed over" in done.err
    assert "config.json" in done.err
    assert "people.csv" in done.err
    assert call("diagnose", "config.json").code == 3
    assert call("check", ".", "--fail-on", "unstable").code == 0


def test_mapping_by_flag_and_by_file(call: Call, tmp_path: Path) -> None:
    log = tmp_path / "odd.csv"
    log.write_text(rows("when,A,B", EPOCHS, FALLING, RISING))
    flags = ("--map", "train/loss=A", "--map", "val/loss=B", "--x", "when")
    assert states(call("diagnose", log, *flags, "--format", "json")) == {"odd.csv": "overfitting"}
    (tmp_path / "curvedoc.toml").write_text('x = "when"\nmap = {"train/loss" = "B", "val/loss" = "B"}\n')
    assert states(call("diagnose", log, *flags[:-2], "--format", "json")) == {"odd.csv": "overfitting"}


def test_columns(call: Call, overfit: Path) -> None:
    shown = call("columns", overfit)
    assert (shown.code, shown.err) == (0, "")
    assert all(part in shown.out for part in ("train_loss", "train/loss", "val_loss", "val/loss", "--map"))


def test_output_is_written_whole(call: Call, overfit: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to(target)
    done = call("diagnose", overfit, "--format", "json", "--output", link)
    assert done == (0, "", "")
    assert json.loads(target.read_text())["runs"][0]["state"] == "overfitting"
    assert link.is_symlink()
    assert not list(tmp_path.glob(".*tmp"))


def test_explain_and_rules(call: Call) -> None:
    listed = call("rules")
    assert listed.code == 0
    from curvedoc.rules import RULES
    from curvedoc.states import State

    assert all(name in listed.out for name in (*State, *(rule.id for rule in RULES)))
    for name in (*State, *(rule.id for rule in RULES)):
        page = call("explain", name)
        assert (page.code, page.err) == (0, "")
        assert len(page.out) > 100


@pytest.mark.parametrize("shell", cli.SHELLS)
def test_completion(call: Call, shell: str) -> None:
    script = call("completion", shell)
    assert script.code == 0
    assert "_CURVEDOC_COMPLETE" in script.out


def test_completion_completes_rules() -> None:
    env = os.environ | {
        "_CURVEDOC_COMPLETE": "bash_complete",
        "COMP_WORDS": "curvedoc explain overf",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-m", "curvedoc"], env=env, capture_output=True, text=True, check=True
    )
    assert "overfitting" in done.stdout


def test_reference_without_torch(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: None)
    assert call("reference", "list").code == 0
    refused = call("reference", "run", "line-smooth")
    assert refused.code == 2
    assert "pip install 'curvedoc[reference]'" in refused.err


# --- the gate ---


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("--fail-on", "overfitting"), 1, "gate failed: overfitting (confidence"),
        (("--fail-on", "unstable,overfitting"), 1, "gate failed: overfitting"),
        (("--fail-on", "unstable"), 0, ""),
        (("--fail-on", "overfitting", "--min-confidence", "1"), 0, "not failed: overfitting"),
    ],
)
def test_gate(call: Call, overfit: Path, flags: tuple[str, ...], code: int, said: str) -> None:
    done = call(
        "check",
        overfit,
        *flags,
        "--min-confidence",
        *(("0.3",) if "--min-confidence" not in flags else flags[-1:]),
    )
    assert done.code == code
    assert said in done.err
    assert "overfitting" in done.out.lower()


def test_gate_by_settings(call: Call, overfit: Path, tmp_path: Path) -> None:
    assert call("check", overfit).code == 1
    (tmp_path / "curvedoc.toml").write_text('check = {fail-on = "overfitting", min-confidence = 0.3}')
    assert call("check", overfit).code == 1
    assert call("check", overfit, "--fail-on", "unstable").code == 0


def test_a_gate_never_passes_over_what_it_cannot_read(call: Call, healthy: Path, overfit: Path) -> None:
    gate = ("--fail-on", "overfitting", "--min-confidence", "0.3")
    assert call("check", healthy, *gate).code == 0
    assert call("check", healthy, "missing.csv", *gate).code == 3
    assert call("check", overfit, "missing.csv", *gate).code == 1


# --- wrong calls ---


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("diagnoze", "x.csv"), "diagnoze"),
        (("diagnose",), "PATH"),
        (("diagnose", "run.csv", "--formt", "json"), "--format"),
        (("diagnose", "run.csv", "--format", "jsn"), "Did you mean 'json'?"),
        (("diagnose", "run.csv", "--reader", "cvs"), "Did you mean 'csv'?"),
        (("diagnose", "run.csv", "--map", "L"), "is not ROLE=NAME"),
        (("diagnose", "run.csv", "--map", "train/loss=Lz"), "Lz"),
        (("diagnose", "run.csv", "--x", "epocj"), "epoc"),
        (("diagnose", "run.csv", "--width", "3"), "--width"),
        (("diagnose", "run.csv", "--output", "no/such/folder/r.json"), "no/such/folder/r.json"),
        (("check",), "PATH"),
        (("check", "run.csv", "--fail-on", ""), "fail-on: names nothing"),
        (("check", "run.csv", "--fail-on", "overfiting"), "Did you mean 'overfitting'?"),
        (("check", "run.csv", "--fail-on", "unstable", "--min-confidence", "80"), "--min-confidence"),
        (("explain", "overfiting"), "Did you mean 'overfitting'?"),
        (("completion", "tcsh"), "tcsh"),
    ],
)
def test_wrong_calls(call: Call, overfit: Path, args: tuple[str, ...], part: str) -> None:
    overfit.rename("run.csv")
    done = call(*args)
    assert done.code == 2
    assert done.out == ""
    assert part in done.err


def test_wrong_settings(call: Call, overfit: Path, tmp_path: Path) -> None:
    (tmp_path / "curvedoc.toml").write_text("metrik = 'f1'")
    done = call("diagnose", overfit)
    assert (done.code, done.out) == (2, "")
    assert "curvedoc.toml" in done.err
    assert "Did you mean 'metric'?" in done.err


# --- bad input: a clear end, and the other paths of the same call are still diagnosed ---

SHORT = 5  # rows


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def _no_log(path: Path) -> None:
    path.mkdir()
    (path / "notes.md").write_text("# notes\n")


def _truncated_json(path: Path) -> None:
    path.write_text('{"loss": [1.0, 0.5, 0.2')


def _no_permission(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path.write_text(OVERFIT)
    path.chmod(0)


def _text(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text) and None


def _utf16(path: Path) -> None:
    path.write_text(OVERFIT, encoding="utf-16")


def _latin(path: Path) -> None:
    path.write_bytes(OVERFIT.replace("epoch", "\xe9poque").encode("latin-1"))


# file name, how it is made, exit code, state ("" = not diagnosed, "*" = any)
BAD: list[tuple[str, Callable[[Path], None], int, str]] = [
    ("empty.csv", _nothing, 3, ""),
    ("binary.csv", _binary, 3, ""),
    ("no_log", _no_log, 3, ""),
    ("missing.csv", lambda path: None, 3, ""),
    ("prose.txt", _text("All work and no play.\nMakes Jack a dull boy.\n"), 3, ""),
    ("header_only.csv", _text("epoch,train_loss\n"), 3, ""),
    ("one_row.csv", _text("epoch,train_loss,val_loss\n1,0.5,0.6\n"), 0, "inconclusive"),
    ("no_loss.csv", _text(rows("epoch,banana", EPOCHS, FALLING)), 0, "inconclusive"),
    ("metric_only.csv", _text(rows("epoch,val_accuracy", EPOCHS, [0.1 + i / 100 for i in EPOCHS])), 0, "*"),
    (
        "all_nan.csv",
        _text(rows("epoch,train_loss,val_loss", EPOCHS, ["nan"] * 60, ["nan"] * 60)),
        0,
        "unstable",
    ),
    ("constant.csv", _text(rows("epoch,train_loss,val_loss", EPOCHS, [0.7] * 60, [0.7] * 60)), 0, "*"),
    ("backwards.csv", _text(rows("epoch,train_loss,val_loss", EPOCHS[::-1], FALLING, RISING)), 0, "*"),
    ("three.csv", _text(rows("epoch,train_loss", [1, 2, 3], [2, 1, 0.5])), 0, "inconclusive"),
    ("truncated.json", _truncated_json, 0, "*"),
    ("events.out.tfevents.1", _nothing, 3, ""),
    ("utf16.csv", _utf16, 0, "overfitting"),
    ("latin.csv", _latin, 0, "overfitting"),
    ("forbidden.csv", _no_permission, 3, ""),
    ("escape.csv", _text(OVERFIT.replace("train_loss", "train_loss\x1b]0;gone\x07\x1b[2J")), 0, "*"),
]


@pytest.mark.parametrize(("name", "make", "code", "state"), BAD, ids=[case[0] for case in BAD])
def test_bad_input(
    call: Call, tmp_path: Path, name: str, make: Callable[[Path], None], code: int, state: str
) -> None:
    bad = tmp_path / "in" / name
    bad.parent.mkdir()
    make(bad)
    (tmp_path / "good.csv").write_text(HEALTHY)
    done = call("diagnose", bad, tmp_path / "good.csv", "--format", "json")
    report = json.loads(done.out)
    found = states(done)
    assert found.pop("good.csv") == "smooth_descent"
    assert done.code == code
    if state:
        assert not report["errors"]
        assert list(found) == [name]
        assert state in ("*", found[name])
    else:
        assert not found
        (error,) = report["errors"]
        assert name in error["path"]
        assert error["problem"]
        assert error["fix"]
        assert name in done.err
        assert error["problem"] in done.err
    for form in ("terminal", "json"):
        alone = call("diagnose", bad, "--format", form)
        assert alone.code == code
        assert "\x1b" not in alone.out + alone.err
    listed = call("columns", bad)
    assert listed.code == code
    assert "\x1b" not in listed.out + listed.err


def event_file(tag: str, values: list[float]) -> bytes:
    """A TensorBoard event file with one scalar per step, written byte by byte."""
    records = []
    for step, value in enumerate(values):
        scalar = _field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)
        event = (
            b"\x09" + struct.pack("<d", 1.7e9 + step) + b"\x10" + bytes([step]) + _field(5, _field(1, scalar))
        )
        length = struct.pack("<Q", len(event))
        sums = [struct.pack("<I", masked_crc32c(part)) for part in (length, event)]
        records.append(length + sums[0] + event + sums[1])
    return b"".join(records)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def test_truncated_event_file(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(event_file("train/loss", FALLING)[:-7])
    done = call("diagnose", path, "--format", "json")
    assert done.code == 0
    (run,) = json.loads(done.out)["runs"]
    assert run["n_points"] == len(EPOCHS) - 1
    assert any("cut off" in note or "truncated" in note for note in run["notes"])


# --- the ends of the process ---


def test_a_bug_is_one_line_and_70(call: Call, overfit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh\x1b[2J")

    monkeypatch.setattr("curvedoc.intake.examine", broken)
    done = call("diagnose", overfit)
    assert (done.code, done.out) == (70, "")
    assert "this is a bug in curvedoc" in done.err
    assert "ZeroDivisionError: oh" in done.err
    assert "\x1b" not in done.err
    monkeypatch.setenv("CURVEDOC_DEBUG", "1")
    with pytest.raises(AssertionError, match="Traceback"):
        call("diagnose", overfit)


def test_interrupted(call: Call, overfit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("curvedoc.intake.examine", stopped)
    assert call("diagnose", overfit).code == 130


def test_reader_of_the_pipe_may_leave(overfit: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "curvedoc", "diagnose", str(overfit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("args", "streams", "code"),
    [
        (("check", "{log}"), "1>/dev/full", 2),
        (("check", "{log}"), "1>/dev/null 2>/dev/full", 1),
        (("check", "{log}"), "1>&- 2>&-", 1),
        (("check", "{log}", "--exit-zero"), "1>/dev/null 2>/dev/full", 0),
        (("check", "{log}", "--exit-zero"), "1>&- 2>&-", 0),
        (("check", "missing.csv"), "1>/dev/null 2>/dev/full", 3),
        (("check", "--nonsense"), "2>/dev/full", 2),
        (("diagnose", "{log}", "--format", "html", "--output", "/dev/full"), "", 2),
        (("diagnose", "-"), "0<&-", 3),
    ],
)
def test_streams_that_take_nothing_change_no_verdict(
    overfit: Path, args: tuple[str, ...], streams: str, code: int
) -> None:
    words = [sys.executable, "-m", "curvedoc", *(arg.format(log=overfit) for arg in args)]
    done = subprocess.run(f"{shlex.join(words)} {streams}", shell=True, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "this is a bug" not in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("diagnose", "{log}", "--output", "{log}"),
        ("diagnose", "{log}", "--output", "link.csv"),
        ("check", ".", "--format", "json", "--output", "{log}"),
        ("check", "{log}", "--config", "c.toml", "--format", "json", "--output", "c.toml"),
        ("check", "{log}", "--exit-zero", "--write-baseline", "b.json", "--output", "b.json"),
        ("check", "{log}", "--baseline", "base.csv", "--output", "base.csv"),
        ("compare", "{log}", "base.csv", "--format", "json", "--output", "{log}"),
    ],
)
def test_what_was_read_is_never_overwritten(
    call: Call, overfit: Path, tmp_path: Path, args: tuple[str, ...]
) -> None:
    (tmp_path / "link.csv").symlink_to(overfit)
    (tmp_path / "base.csv").write_bytes(overfit.read_bytes())
    (tmp_path / "c.toml").write_text("[check]\nmax-wasted = 0.9\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    done = call(*(arg.format(log=overfit) for arg in args))
    assert done.code == 2
    assert "will not be overwritten" in done.err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", ["json", "jsonl", "csv"])
def test_a_report_beside_the_logs_may_be_renewed(call: Call, overfit: Path, ending: str) -> None:
    for _ in range(2):
        assert call("diagnose", overfit.parent, "--output", overfit.parent / f"report.{ending}").code == 0


def test_module_and_script_agree(overfit: Path) -> None:
    script = Path(sys.executable).with_name("curvedoc")
    outputs = [
        subprocess.run(
            [*program, "diagnose", str(overfit)], capture_output=True, text=True, check=True
        ).stdout
        for program in ([sys.executable, "-m", "curvedoc"], [str(script)])
        if Path(program[0]).exists()
    ]
    assert len(set(outputs)) == 1


# --- terminals ---


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "expected"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], expected: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert console.colour(Terminal()) is expected
    assert console.colour(io.StringIO()) is False


def test_drawing_characters_need_an_encoding_that_has_them(call: Call, overfit: Path) -> None:
    assert console.speaks_unicode(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert not console.speaks_unicode(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "curvedoc", "diagnose", str(overfit)], env=env, capture_output=True
    )
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"\\u" not in done.stdout


def test_progress_is_silent_for_quick_work_and_without_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with console.ProgressBar() as bar:
        bar(1, 2)
    assert screen.getvalue() == ""
    monkeypatch.setattr(console, "PATIENCE", 0.0)
    monkeypatch.setattr(sys, "stderr", plain := io.StringIO())
    with console.ProgressBar() as bar:
        bar(1, 2)
    assert plain.getvalue() == ""


def test_progress_shows_for_slow_work(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(console, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    with console.ProgressBar() as bar:
        bar(1, 3)
        bar(2, 3)
    assert "reading runs" in screen.getvalue()


@pytest.mark.parametrize("order", [(".", "config.json"), ("config.json", ".")])
def test_a_named_file_is_no_bystander_of_a_search(order, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "config.json").write_text('{"width": 64, "name": "a"}')
    rows = "".join(f"{i},{1 / i},{1 / i}\n" for i in range(1, 21))
    (tmp_path / "run.csv").write_text("epoch,loss,val_loss\n" + rows)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check", *order, "--fail-on", "unstable"]) == 3
    assert cli.main(["check", ".", "--fail-on", "unstable"]) == 0
    assert "config.json" in capsys.readouterr().err
