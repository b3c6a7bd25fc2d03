"""Nothing that a log says has an effect in the reports that others read: Markdown, commands, XML, tables."""

from __future__ import annotations

import csv as stdlib_csv
import io
import json as stdlib_json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import cmarkgfm
import pytest
import sample_diagnosis as sample
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_report_safety import HOSTILE as TERMINAL
from test_report_safety import diagnoses
from test_report_schemas import JSON, JUNIT, SARIF

from curvedoc import gfm
from curvedoc.diagnosis import Batch, Diagnosis, Problem
from curvedoc.gated import Check, GateResult, Status
from curvedoc.measure import Evidence
from curvedoc.reports import csv, github, json, jsonl, junit, markdown, sarif
from curvedoc.rule import Finding, Fix, Outcome, OutcomeKind, Severity
from curvedoc.run import Ignored
from curvedoc.states import State

HOSTILE = {
    **TERMINAL,
    "command": "::error file=x::owned",
    "older command": "x ##[add-mask]a ##[set-output name=x;]v",
    "end of command": "a%0A::stop-commands::t%25::b",
    "options": "a,line=9,title=x::y:z",
    "xml": "]]></failure><error/>&xxe;<![CDATA[ <!-- --> <?php ?>",
    "control": "a\x00b\x0bc\x0c\x1c\x85d\ufffe\uffff",
    "table": "a|b\\|c\\\\|d\\",
    "ticks": "```\n`` ` # x",
    "edges": "` x `",
    "link": "[click](https://evil.example) ![](http://evil.example/x.png) <https://evil.example>",
    "bare link": "https://evil.example www.evil.example me@evil.example mailto:me@evil.example ftp://e.example",
    "reference": "[1]: http://evil.example\n[1]",
    "mention": "@everyone @org/team #1 org/repo#12 GH-3 gh-4 :tada: :+1:",
    "formula": "$x$ $$y$$ $`z`$",
    "tags": "</details></summary><img src=x onerror=alert(1)><!-- &amp; <details open>",
    "emphasis": "**a** _b_ ~~c~~ `d`",
    "heading": "# a",
    "item": "- a",
    "numbered": "1. a",
    "quote": "> a",
    "rule": "---",
    "spreadsheet": "=cmd|' /C calc'!A0",
    "placeholder": "{0} {{1}} [a](1)",
}


def named(name: str) -> tuple[Batch, GateResult]:
    """A batch and what a gate says of it, in which every text that may come from outside is ``name``."""
    base = sample.overfitting()
    run = replace(base.run, name=name, path=name, x=name, ignored=(Ignored(name, name),), notes=(name,))
    evidence = Evidence("m", 1.0, name, 0.5, True, True, 0.9, name, (0.0, 4.0))
    finding = Finding(
        "r", name, State.UNSTABLE, Severity.ERROR, 0.9, name, None, (evidence,), "B3", (Fix("fix", name),)
    )
    outcomes = (
        Outcome("r", OutcomeKind.FIRED, 0.9, finding=finding),
        Outcome("s", OutcomeKind.SKIPPED, 0.0, name),
        Outcome("o", OutcomeKind.OVERRULED, 0.6, name),
    )
    gap = replace(base.gap, unit=name) if base.gap else None
    diagnosis = replace(base, run=run, outcomes=outcomes, gap=gap, reason=name)
    problems = (Problem(name, name, name),)
    checks = tuple(Check("expect", name, status, name) for status in Status)
    gate = GateResult(((diagnosis, name),), (), (), problems, ((diagnosis, checks),))
    return Batch((diagnosis,), problems), gate


HOSTILE_NAMES = pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))


# --- Markdown ---

OURS = {
    "h3",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "code",
    "pre",
    "br",
}
OURS |= {"details", "summary", "b", "span"}


class Seen(HTMLParser):
    """What GitHub's Markdown makes of a report: elements, their attributes, and the text outside of code."""

    def __init__(self, report: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self.code = 0
        options = Options.CMARK_OPT_UNSAFE  # as GitHub, which filters what comes out
        self.feed(cmarkgfm.github_flavored_markdown_to_html(report, options))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= set(attrs)
        self.code += tag in ("code", "pre")

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag in ("code", "pre")

    def handle_data(self, data: str) -> None:
        self.text += "\0" if self.code else data


def effects(seen: Seen) -> None:
    """What GitHub would do beyond Markdown with the text that it sees."""
    assert not re.search(r"@\w|#\d|\bGH-\d|:[+\w-]+:", seen.text, re.IGNORECASE)
    assert not re.search(r"\w+://|\bwww\.", seen.text)


@HOSTILE_NAMES
def test_markdown_is_made_of_our_elements_alone(name: str) -> None:
    (batch, gate), (other, judged) = named(name), named("run")
    seen, plain = Seen(markdown.render(batch, gate=gate)), Seen(markdown.render(other, gate=judged))
    assert set(seen.tags) <= OURS
    assert not {a for a in seen.attributes if a[0] not in ("align", "lang", "open")}
    # As many cells, items and paragraphs as for an ordinary name (a sign may stand in a span of its own).
    if name:
        assert [t for t in seen.tags if t not in ("span", "code")] == [t for t in plain.tags if t != "code"]
    effects(seen)


@given(st.text(st.characters() | st.sampled_from("`|\\*_[]()<>#@:$~-+=.1 \n"), max_size=40))
def test_any_text_is_only_text_in_markdown(text: str) -> None:
    wrapped = Seen(f"x {gfm.prose(text)}\n")
    assert set(wrapped.tags) <= {"p", "span"}
    assert wrapped.tags.count("p") == 1
    effects(wrapped)
    alone = Seen(f"- {gfm.prose(text)}\n")
    assert set(alone.tags) <= {"ul", "li", "p", "span"}
    assert alone.tags.count("li") == 1
    table = Seen(gfm.head(["a", "b"]) + gfm.row([gfm.code(text), gfm.prose(text)]))
    assert table.tags.count("td") == 2
    assert set(table.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code", "span"}
    folded = Seen(gfm.folded(f"<code>{gfm.html(text)}</code>", gfm.fence([text])))
    assert set(folded.tags) == {"details", "summary", "code", "pre"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("epoch 14 (0.65): fell, 1.0 < 2 & more", "epoch 14 (0.65): fell, 1.0 &lt; 2 &amp; more"),
        ("0.26 > 0.1", "0.26 &gt; 0.1"),
        ("-0.5 of 3", "-0.5 of 3"),
        ("val_loss", r"val\_loss"),
        ("1. x", "&#8203;1. x"),
        ("a: b: c", "a: b: c"),
    ],
)
def test_ordinary_prose_stays_readable(text: str, shown: str) -> None:
    assert gfm.prose(text) == shown


def test_code_shows_the_name_itself() -> None:
    for name in ("a|b", "``x`", "a`", " a ", "x\\y", "<b>", "@me"):
        (cell,) = re.findall("<td>(.*)</td>", _html(gfm.head(["n"]) + gfm.row([gfm.code(name)])))
        assert ElementTree.fromstring(cell).text == name


def _html(text: str) -> str:
    made: str = cmarkgfm.github_flavored_markdown_to_html(text)
    return made


def many(n: int) -> tuple[Batch, GateResult]:
    runs = [replace(d, run=replace(d.run, name=f"{i}")) for i in range(n) for d in (sample.overfitting(),)]
    problems = tuple(Problem(f"p{i}", "x", "y") for i in range(n))
    return Batch(tuple(runs), problems), GateResult(tuple((d, "overfitting") for d in runs), (), (), problems)


@pytest.mark.parametrize("n", [1, 12, 1200])
@pytest.mark.parametrize("room", [0, 300, 1500, markdown.COMMENT])
def test_a_comment_keeps_to_its_limit_and_says_what_is_missing(n: int, room: int) -> None:
    batch, gate = many(n)
    shown = markdown.render(batch, gate=gate, room=room)
    assert len(shown) <= room
    sections = shown.count("<details")
    assert sections == shown.count("</details>")
    if shown and sections < n:
        assert f"the evidence of {n - sections} run" in shown.splitlines()[-1]
    if n == 1200 and room == markdown.COMMENT:
        assert re.search(r"\d+ rows of the table, \d+ paths that could not be read", shown)
        assert sections
    assert len(markdown.summary(batch, gate=gate, room=room).encode()) <= room


def test_charts_go_before_evidence_does() -> None:
    batch, gate = many(1)
    whole = markdown.render(batch, gate=gate)
    less = markdown.render(batch, gate=gate, room=len(whole) - 1)
    assert "```text" in whole
    assert "```text" not in less
    assert "**What to do**" in less


# --- workflow commands ---

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it (ActionCommand.TryParseV2)."""
    match = COMMAND.fullmatch(line)
    assert match, line
    options = dict(pair.split("=", 1) for pair in match[2].split(","))
    for escape, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        options = {key: value.replace(escape, sign) for key, value in options.items()}
    data = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    return match[1], options, data


@HOSTILE_NAMES
def test_commands_are_ours_alone(name: str) -> None:
    batch, judged = named(name)
    for gate in (None, judged):
        lines = github.render(batch, gate=gate).splitlines()
        assert lines
        for line in lines:
            _, options, data = parsed(line)
            assert set(options) <= {"file", "line", "title"}
            assert options.get("line", "1") == "1"
            assert "##[" not in line
            if name.isprintable() and name and "##[" not in name and "file" in options:
                assert options["file"] == name
                assert name in data


def test_more_than_ten_are_counted_and_stand_in_the_log() -> None:
    batch, gate = many(30)
    lines = github.render(batch, gate=gate, base=("/w", "/w")).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    kinds = [parsed(line)[0] for line in commands]
    assert max(kinds.count(kind) for kind in set(kinds)) == github.SHOWN
    counted = [parsed(line)[1]["title"] for line in commands if " more " in line]
    assert counted == ["51 more errors", "51 more warnings"]
    assert sum(line.startswith("error: ") for line in lines) == 51
    assert all("file" not in parsed(line)[1] for line in commands if " more " in line)
    evil, _ = named("::error::x ##[error]y")
    twelve = replace(evil, problems=evil.problems * 12)
    rest = [line for line in github.render(twelve).splitlines() if not line.startswith("::")]
    assert rest
    assert all(line.startswith("error: ") and "##[" not in line for line in rest)


# --- every report ---

REPORTS: dict[str, Any] = {
    "json": json, "jsonl": jsonl, "csv": csv, "junit": junit, "sarif": sarif, "markdown": markdown,
    "github": github,
}  # fmt: skip


@HOSTILE_NAMES
@pytest.mark.parametrize("form", REPORTS)
def test_only_visible_characters_and_no_command(form: str, name: str) -> None:
    batch, gate = named(name)
    shown = REPORTS[form].render(batch, gate=gate)
    assert shown == REPORTS[form].render(batch, gate=gate)
    assert all(c.isprintable() or c in "\n\u200b" for c in shown)
    shown.encode()
    if form != "github":
        assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    if form not in ("csv", "markdown"):  # these are left to what prints them
        assert "##[" not in shown


@HOSTILE_NAMES
def test_machines_read_what_was_meant(name: str) -> None:
    batch, gate = named(name)
    JUNIT.assertValid(etree.fromstring(junit.render(batch, gate=gate).encode()))
    root = ElementTree.fromstring(junit.render(batch, gate=gate))
    assert len(root.findall(".//testcase")) == 3 + len(Status) + 1
    log = stdlib_json.loads(sarif.render(batch, gate=gate, base=("/w", "/w")))
    SARIF.validate(log)
    for result in log["runs"][0]["results"]:
        assert not re.search(r"\]\(|\{\d", result["message"]["text"])
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w%/.~:-]+", uri, re.ASCII)
    JSON.validate(stdlib_json.loads(json.render(batch, gate=gate)))
    rows = list(stdlib_csv.reader(io.StringIO(csv.render(batch, gate=gate))))
    assert {len(row) for row in rows} == {len(csv.COLUMNS)}
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "@", "+"))


@settings(max_examples=20, deadline=None)
@given(st.lists(diagnoses(), max_size=2))
def test_any_batch_has_every_report(found: list[Diagnosis]) -> None:
    batch = Batch(tuple(found))
    JUNIT.assertValid(etree.fromstring(junit.render(batch).encode()))
    SARIF.validate(stdlib_json.loads(sarif.render(batch), parse_constant=pytest.fail))
    assert len(jsonl.render(batch).splitlines()) == len(found)
    assert len(list(stdlib_csv.reader(io.StringIO(csv.render(batch))))) == len(found) + 1
    assert set(Seen(markdown.render(batch)).tags) <= OURS
    for line in github.render(batch).splitlines():
        parsed(line)


def test_what_was_not_checked_takes_no_place_of_what_was_found() -> None:
    batch = sample.batch()
    gate = sample.gate(batch)
    notices = [line for line in github.render(batch, gate=gate).splitlines() if line.startswith("::notice")]
    titles = [parsed(line)[1]["title"] for line in notices]
    assert [title.split(":")[0] for title in titles] == ["gate"] + ["gate allowed"] + ["gate skipped"] * 2
