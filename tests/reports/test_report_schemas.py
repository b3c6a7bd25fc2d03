"""What the reports for machines promise to those who read them."""

from __future__ import annotations

import csv as stdlib_csv
import io
import json as stdlib_json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import sample_diagnosis as sample
import sample_rules
from lxml import etree

from curvedoc.diagnosis import Batch, Diagnosis
from curvedoc.gated import GateResult, Status
from curvedoc.reports import csv, json, jsonl, junit, sarif
from curvedoc.rule import OutcomeKind, Severity

SCHEMAS = Path(__file__).parent.parent / "schemas"
JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
SARIF = jsonschema.Draft4Validator(stdlib_json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text()))
JSON = jsonschema.Draft202012Validator(json.schema())

MANY = sample.batch()
GATE = sample.gate(MANY)
BASE = ("/work/project", "/work/project")


def junit_of(batch: Batch, gate: GateResult | None = None) -> ElementTree.Element:
    text = junit.render(batch, gate=gate)
    JUNIT.assertValid(etree.fromstring(text.encode()))
    return ElementTree.fromstring(text)


def sarif_of(batch: Batch, **options: Any) -> dict[str, Any]:
    log: dict[str, Any] = stdlib_json.loads(sarif.render(batch, **options), parse_constant=pytest.fail)
    SARIF.validate(log)
    return log["runs"][0]


def fired(diagnosis: Diagnosis) -> set[str]:
    return {finding.rule for finding in diagnosis.findings}


# --- json, jsonl, csv ---


@pytest.mark.parametrize("gate", [None, GATE])
def test_json_lines_are_the_objects_of_the_document(gate: GateResult | None) -> None:
    document = stdlib_json.loads(json.render(MANY, gate=gate))
    JSON.validate(document)
    lines = [stdlib_json.loads(line) for line in jsonl.render(MANY, gate=gate).splitlines()]
    assert {line.pop("schema_version") for line in lines} == {document["schema_version"]}
    assert lines == document["runs"] + document["errors"]
    assert ("gate" in document) is (gate is not None)
    assert all(("gate" in run) is (gate is not None) for run in document["runs"])


def test_the_schema_knows_every_standing_and_status() -> None:
    document = stdlib_json.loads(json.render(MANY, gate=GATE))
    standings = [run["gate"]["status"] for run in document["runs"]]
    assert standings == ["passed", "not judged", "failed", "passed", "doubtful"]
    assert {check["status"] for run in document["runs"] for check in run["gate"]["checks"]} == set(Status)
    assert document["gate"] == {"passed": False, "failed": 1, "doubtful": 1, "not_judged": 1, "unreadable": 2}
    document["runs"][0]["gate"]["status"] = "perhaps"
    assert not JSON.is_valid(document)


def test_csv_has_a_row_for_every_run_and_path() -> None:
    rows = list(stdlib_csv.DictReader(io.StringIO(csv.render(MANY, gate=GATE))))
    assert [row["state"] for row in rows] == [d.state for d in MANY.diagnoses] + ["unreadable"] * 2
    assert [row["gate"] for row in rows][:3] == ["passed", "not judged", "failed"]
    turned = rows[2]
    values = MANY.diagnoses[2].run.roles["val/loss"].values
    assert float(turned["best_loss"]) == pytest.approx(values.min())
    assert float(turned["final_loss"]) == pytest.approx(values[-1])
    accuracy = MANY.diagnoses[2].run.roles["val/accuracy"].values
    assert float(turned["best_metric"]) == pytest.approx(accuracy.max())
    assert (turned["metric"], turned["onset_step"], turned["best_step"]) == ("accuracy", "17", "14")
    assert turned["finding"] == "overfitting"
    assert turned["fix"].startswith("Stop early")
    assert rows[1]["gap"] == "nan"
    assert rows[4]["final_loss"] == "nan"
    assert rows[5]["reason"] == "The file is empty."


@pytest.mark.parametrize(
    "name", ["=1+1", "+x", "-x", "@SUM(A1)", " =x", "＝1", "-5", '=HYPERLINK("http://x")']
)
def test_csv_holds_no_formula(name: str) -> None:
    diagnosis = sample.overfitting()
    renamed = replace(diagnosis, run=replace(diagnosis.run, name=name))
    (row,) = stdlib_csv.DictReader(io.StringIO(csv.render(Batch((renamed,)))))
    assert row["run"] == f"'{name}"
    assert row["gap"] == "1.0843"


def test_a_negative_number_is_no_formula() -> None:
    diagnosis = sample.overfitting()
    assert diagnosis.gap
    better = replace(diagnosis, gap=replace(diagnosis.gap, final=-0.25))
    (row,) = stdlib_csv.DictReader(io.StringIO(csv.render(Batch((better,)))))
    assert row["gap"] == "-0.25"


# --- junit ---


def cases(root: ElementTree.Element, suite: int) -> dict[str, str]:
    """Test case -> what came of it."""
    found = root.findall("testsuite")[suite].findall("testcase")
    results = {c.get("name", ""): next((e.tag for e in c if e.tag != "system-out"), "passed") for c in found}
    assert len(results) == len(found)
    return results


def test_junit_without_a_gate_fails_what_fired() -> None:
    root = junit_of(MANY)
    for i, diagnosis in enumerate(MANY.diagnoses):
        told = cases(root, i)
        assert list(told) == [outcome.rule for outcome in diagnosis.outcomes]
        for outcome in diagnosis.outcomes:
            info = outcome.finding is not None and outcome.finding.severity is Severity.INFO
            assert (
                told[outcome.rule]
                == {
                    OutcomeKind.FIRED: "passed" if info else "failure",
                    OutcomeKind.CLEAR: "passed",
                    OutcomeKind.SKIPPED: "skipped",
                    OutcomeKind.OVERRULED: "skipped",
                }[outcome.kind]
            )
    assert cases(root, 5) == cases(root, 6) == {"read": "error"}
    assert (root.get("failures"), root.get("errors")) == ("3", "2")


def test_junit_with_a_gate_fails_what_the_policy_forbids() -> None:
    root = junit_of(MANY, GATE)
    assert root.get("failures") == "2"
    assert root.get("errors") == "2"
    turned = cases(root, 2)
    assert turned["gate: fail-on overfitting"] == turned["gate: max-gap 20%"] == "failure"
    assert turned["gate: fail-on over-confidence"] == "skipped"
    assert turned["overfitting"] == "passed"
    assert "Validation loss was best" in ElementTree.tostring(root, "unicode")
    assert cases(root, 1)["gate"] == "skipped"
    assert cases(root, 3)["gate: fail-on grokking"] == "skipped"


def test_a_gate_that_fails_is_never_green() -> None:
    bare = replace(GATE, checks=())
    root = junit_of(MANY, bare)
    assert cases(root, 2)["gate"] == "failure"
    assert root.get("failures") == "1"


def test_junit_counts_are_those_of_its_cases() -> None:
    for root in (junit_of(MANY), junit_of(MANY, GATE), junit_of(Batch(()))):
        for suite in root:
            found = suite.findall("testcase")
            assert int(suite.get("tests", "")) == len(found)
            for tag, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                assert int(suite.get(key, "")) == sum(c.find(tag) is not None for c in found)
        assert int(root.get("tests", "")) == len(root.findall(".//testcase"))


# --- sarif ---


def test_sarif_has_a_result_for_each_finding_of_a_run_that_is_not_healthy() -> None:
    run = sarif_of(MANY, rules=sample_rules.RULES, base=BASE)
    assert [r["ruleId"] for r in run["results"]] == [
        "overfitting",
        "over-confidence",
        "grokking",
        "non-finite",
    ]
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note", "error"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert min(region.values()) >= 1
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert len(result["message"]["text"]) <= 1024
    (invocation,) = run["invocations"]
    assert invocation["exitCode"] == 3
    assert not invocation["executionSuccessful"]
    assert [n["level"] for n in invocation["toolExecutionNotifications"]] == ["error", "error"]


def test_sarif_rules_are_whole_for_code_scanning() -> None:
    for rules in ((), sample_rules.RULES):
        for rule in sarif_of(MANY, rules=rules, gate=GATE)["tool"]["driver"]["rules"]:
            for key in ("shortDescription", "fullDescription", "help"):
                assert rule[key]["text"]
            assert len(rule["shortDescription"]["text"]) <= 1024
            assert len(rule["fullDescription"]["text"]) <= 1024
            assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
            assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
            assert len(rule["properties"]["tags"]) <= 10


def test_sarif_of_all_our_rules() -> None:
    from curvedoc.rules import RULES

    rules = sarif_of(MANY, rules=RULES)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules][: len(RULES)] == [rule.id for rule in RULES]
    assert all(
        rule["help"]["markdown"] and "``" not in rule["help"]["markdown"] for rule in rules[: len(RULES)]
    )


def test_sarif_with_a_gate() -> None:
    run = sarif_of(MANY, gate=GATE, rules=sample_rules.RULES)
    told = {(r["ruleId"], r["level"]) for r in run["results"]}
    assert told == {
        ("overfitting", "error"),
        ("over-confidence", "warning"),
        ("gate/max-gap", "error"),
        ("grokking", "note"),
        ("non-finite", "error"),
    }
    (allowed,) = [r for r in run["results"] if r["ruleId"] == "grokking"]
    assert "let pass until" in allowed["suppressions"][0]["justification"]
    (invocation,) = run["invocations"]
    assert invocation["exitCode"] == 1
    notes = [n["descriptor"]["id"] for n in invocation["toolExecutionNotifications"]]
    assert notes == ["unreadable", "unreadable", "not-checked", "not-checked"]
    assert sarif_of(MANY, gate=GATE, exit_zero=True)["invocations"][0]["exitCode"] == 3


def test_what_a_gate_fails_without_a_finding_is_an_error_too() -> None:
    run = sarif_of(MANY, gate=replace(GATE, checks=()))
    assert ("gate/failed", "error") in {(r["ruleId"], r["level"]) for r in run["results"]}


def prints(batch: Batch) -> list[str]:
    return [r["partialFingerprints"]["primaryLocationLineHash"] for r in sarif_of(batch)["results"]]


def test_fingerprints_stay_when_the_numbers_move_and_tell_runs_apart() -> None:
    before = sample.overfitting()
    moved = [
        replace(o, finding=o.finding and replace(o.finding, confidence=0.5, span=(1.0, 2.0), summary="else"))
        for o in before.outcomes
    ]
    after = replace(before, outcomes=tuple(moved), onset_step=3.0, confidence=0.6)
    assert prints(Batch((before,))) == prints(Batch((after,)))
    twice = prints(Batch((before, before)))
    assert len(set(twice)) == len(twice) == 4
    assert twice[:2] == prints(Batch((before,)))
    other = replace(before, run=replace(before.run, name="other"))
    assert not set(prints(Batch((other,)))) & set(twice)


@pytest.mark.parametrize(
    ("path", "uri", "relative"),
    [
        ("runs/a.csv", "runs/a.csv", True),
        ("./runs/../a b%.csv", "a%20b%25.csv", True),
        ("/work/project/x/ü.csv", "x/%C3%BC.csv", True),
        ("/elsewhere/a.csv", "file:///elsewhere/a.csv", False),
        ("../a.csv", "file:///work/a.csv", False),
        ("/work/project-2/a.csv", "file:///work/project-2/a.csv", False),
        ("s3://bucket/a.csv", "s3/bucket/a.csv", False),
        ("<stdin>", "%3Cstdin%3E", True),
        ("C:a#?.csv", "C%3Aa%23%3F.csv", True),
        ("caf\udce9.csv", "caf%E9.csv", True),
        ("", ".", True),
    ],
)
def test_places_are_uris(path: str, uri: str, relative: bool) -> None:
    diagnosis = sample.overfitting()
    moved = replace(diagnosis, run=replace(diagnosis.run, path=path))
    run = sarif_of(Batch((moved,)), base=BASE)
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == uri
    assert ("uriBaseId" in artifact) is relative
    assert re.fullmatch(r"[\w%/.~:-]+", uri, re.ASCII)
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == "file:///work/project/"


def test_a_repository_may_begin_above_the_folder_of_the_call() -> None:
    run = sarif_of(sample.one(), base=("/work/project/sub", "/work/project"))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "sub/runs/cnn_small.csv"


def test_sarif_keeps_the_most_severe_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    run = sarif_of(MANY)
    assert [r["level"] for r in run["results"]] == ["error", "error"]
    said = run["invocations"][0]["toolExecutionNotifications"][-1]
    assert said["descriptor"]["id"] == "cut"
