"""Several reports of one call: which goes where, and what the command line makes of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from curvedoc import cli
from curvedoc.console import harmless
from curvedoc.errors import UsageError
from curvedoc.outputs import ENDINGS, Wanted, wanted
from curvedoc.reports import FORMATS, markdown

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("formats", "files", "pairs"),
    [
        ("", "", ">terminal"),
        ("json", "", ">json"),
        ("", "-", ">terminal"),
        ("", "a.html", "a.html>html"),
        ("", "a.html -", "a.html>html >terminal"),
        ("", "A.JSON", "A.JSON>json"),
        ("", "a.json a.md a.xml", "a.json>json a.md>markdown a.xml>junit"),
        ("", "a.txt", "a.txt>terminal"),
        ("terminal", "a.html", "a.html>html >terminal"),
        ("terminal", "a.json", "a.json>json >terminal"),
        ("terminal", "a.txt", "a.txt>terminal"),
        ("json", "a.txt", "a.txt>json"),
        ("csv", "report", "report>csv"),
        ("sarif", "a.json", "a.json>sarif"),
        ("jsonl", "a.json", "a.json>jsonl"),
        ("json", "a.sarif", "a.sarif>sarif >json"),
        ("json", "a.json -", "a.json>json >terminal"),
        ("terminal junit sarif", "junit.xml out.sarif", "junit.xml>junit out.sarif>sarif >terminal"),
        ("sarif junit terminal", "junit.xml out.json", "junit.xml>junit out.json>sarif >terminal"),
        ("github junit", "a.xml", "a.xml>junit >github"),
        ("sarif json", "a.json b.json", "a.json>sarif b.json>json"),
        ("json terminal", "a.txt", "a.txt>json >terminal"),
        ("terminal json", "a.txt b.txt", "a.txt>terminal b.txt>json"),
    ],
)
def test_pairs(formats: str, files: str, pairs: str) -> None:
    expected = tuple(Wanted(form, file or None) for file, form in (pair.split(">") for pair in pairs.split()))
    assert wanted(formats.split(), files.split()) == expected


@pytest.mark.parametrize(
    ("formats", "files", "problem", "fix"),
    [
        ("json csv", "", "two reports for standard output: json and csv", "--output report.csv"),
        ("json json", "", "two reports for standard output", ""),
        ("json csv", "a.html", "two reports for standard output", ""),
        ("", "report", "which report?", "--format NAME"),
        ("", "a.pdf", "the ending '.pdf' belongs to no report", ".sarif"),
        ("json sarif", "a.json", "which of json and sarif?", "a.sarif"),
        ("json csv", "a.txt", "which of json and csv?", "a.csv"),
        ("json", "a.dat b.dat", "only --format json is left", "a.json"),
        ("jsn", "", "no output format 'jsn'. Did you mean 'json'?", "terminal"),
        ("", "a.json ./a.json", "two reports for one file", "a name of its own"),
        ("", "no/a.json", "its folder does not exist", "mkdir -p no"),
        ("", "folder", "is a folder", "report.json"),
    ],
)
def test_doubts(formats: str, files: str, problem: str, fix: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError) as error:
        wanted(formats.split(), files.split())
    assert problem in error.value.problem
    assert fix in error.value.fix


def test_every_ending_is_of_a_report() -> None:
    assert set(ENDINGS.values()) <= set(FORMATS)


# --- the command line ---


class Result(NamedTuple):
    code: int
    out: str
    err: str


RISING = "epoch,train_loss,val_loss\n" + "".join(
    f"{i},{2.0 * 0.93**i + 0.05},{2.0 * 0.85**i + 0.4 + 0.03 * max(0, i - 12)}\n" for i in range(60)
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "a.csv"
    path.parent.mkdir()
    path.write_text(RISING)
    return path


def call(capsys: pytest.CaptureFixture[str], *args: object) -> Result:
    capsys.readouterr()
    code = cli.main([str(a) for a in args])
    return Result(code, *capsys.readouterr())


def test_many_reports_of_one_call(log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = {form: f"report{ending}" for ending, form in ENDINGS.items()}
    flags = [part for file in files.values() for part in ("--output", file)]
    done = call(capsys, "diagnose", log, "--format", "terminal", *flags)
    assert (done.code, done.err) == (0, "")
    assert done.out == call(capsys, "diagnose", log).out
    for form, file in files.items():
        alone = call(capsys, "diagnose", log, "--format", form)
        assert (tmp_path / file).read_text() == alone.out, form


def test_nothing_is_written_when_the_call_is_wrong(
    log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    done = call(capsys, "diagnose", log, "--output", "a.json", "--output", "no/b.json")
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "a.json").exists()


def test_nothing_is_written_when_a_report_cannot_be_made(
    log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("curvedoc.reports.csv.render", broken)
    monkeypatch.setattr(broken, "__kwdefaults__", {})
    done = call(capsys, "diagnose", log, "--output", "a.json", "--output", "b.csv")
    assert (done.code, done.out) == (70, "")
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("command", ["diagnose", "check"])
def test_help_lists_the_formats(capsys: pytest.CaptureFixture[str], command: str) -> None:
    said = re.sub(r"\s+", " ", call(capsys, command, "--help").out)
    assert ", ".join(FORMATS) in said


def test_a_failing_gate_is_in_every_report(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--fail-on", "overfitting", "--min-confidence", "0.3")
    told = {form: call(capsys, "check", log, *flags, "--format", form) for form in FORMATS}
    assert {result.code for result in told.values()} == {1}
    signs = {
        "markdown": "❌ the gate failed",
        "github": "::error file=runs/a.csv,line=1,title=gate failed%3A fail-on overfitting::",
        "junit": '<failure message="overfitting',
        "sarif": '"exitCode": 1',
        "json": '"passed": false',
        "jsonl": '"status": "failed"',
        "csv": '"failed"',
    }
    for form, sign in signs.items():
        assert sign in told[form].out, form


def test_places_are_relative_to_the_repository(
    log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(log.parent)
    assert "file=a.csv," in call(capsys, "diagnose", log, "--format", "github").out
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "file=runs/a.csv," in call(capsys, "diagnose", "a.csv", "--format", "github").out
    log_file = json.loads(call(capsys, "diagnose", "a.csv", "--format", "sarif").out)["runs"][0]
    assert log_file["originalUriBaseIds"]["%SRCROOT%"]["uri"] == f"file://{tmp_path}/"
    place = log_file["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "runs/a.csv"


def test_the_summary_of_a_job_is_appended(
    log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert call(capsys, "diagnose", log).code == 0
    assert summary.read_text() == "# before\n"
    assert call(capsys, "diagnose", log, "--format", "github").err == ""
    written = summary.read_text()
    assert written.startswith("# before\n<!-- curvedoc -->\n### curvedoc: 1 run")
    assert "```text" in written
    summary.write_text("x" * (markdown.SUMMARY - 500))
    call(capsys, "diagnose", log, "--format", "github")
    assert summary.stat().st_size <= markdown.SUMMARY
    assert "Left out" in summary.read_text()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "s.md"))
    done = call(capsys, "diagnose", log, "--format", "github")
    assert done.code == 0
    assert "the job summary cannot be written" in done.err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x\n  ::y::", ":\u200b:error::x\n  :\u200b:y::"),
        ("a ##[add-mask]b", "a ##\u200b[add-mask]b"),
        ("a::b : c #[x]", "a::b : c #[x]"),
    ],
)
def test_what_a_runner_would_obey_is_broken_on_runners_alone(
    text: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert harmless(text) == text
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert harmless(text) == shown


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "github"])
def test_no_name_is_a_command_on_a_runner(
    log: Path, form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = log.with_name("##[add-mask]a ::stop-commands::x.csv")
    evil.write_text(RISING.replace("train_loss", "##[error]::error::train_loss"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.chdir(log.parent)
    done = call(capsys, "diagnose", evil.name, "--format", form, "--width", "40")
    assert "##[" not in done.out + done.err
    assert not re.search(r"^\s*::", done.out + done.err, re.MULTILINE)
