"""The baseline file: read back equal, small, and never trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import summed

from curvedoc.baseline.file import KEEP, added, is_baseline, load, to_text
from curvedoc.baseline.history import Baseline, Entry
from curvedoc.baseline.summary import Course, Summary
from curvedoc.errors import CurvedocError, UnreadableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = st.text(max_size=20)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def courses(draw: Any) -> Course:
    n = draw(st.integers(0, 8))
    return Course(
        role=draw(TEXT), better=draw(st.sampled_from(["lower", "higher"])),
        points=draw(st.integers(n + 1, 10**6)),
        noise=abs(draw(FINITE)), tau=1 + abs(draw(st.floats(0, 100))), final=draw(FINITE), best=draw(FINITE),
        end=draw(FINITE), steps=tuple(sorted(draw(FINITE) for _ in range(n))),
        values=tuple(draw(FINITE) for _ in range(n)),
    )  # fmt: skip


SUMMARIES = st.builds(
    Summary,
    TEXT,
    TEXT,
    TEXT,
    st.lists(courses(), max_size=3).map(tuple),
    st.lists(TEXT, max_size=2).map(tuple),
)
ENTRIES = st.builds(Entry, st.lists(SUMMARIES, min_size=1, max_size=3).map(tuple), TEXT, TEXT)


@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_read_back_equal(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    path = tmp_path_factory.mktemp("b") / "main.json"
    made = Baseline(tuple(entries), str(path))
    path.write_text(to_text(made), encoding="utf-8")
    assert is_baseline(str(path))
    assert load(str(path)) == made
    assert to_text(load(str(path))) == to_text(made)


def one(*labels: str) -> Baseline:
    whole: Baseline | None = None
    for seed, label in enumerate(labels):
        whole = added(whole, Entry((summed(seed),), label, "2025-03-01"))
    assert whole is not None
    return whole


def test_some_kilobytes_and_one_line_a_curve() -> None:
    text = to_text(one("a"))
    assert len(text) < 4000
    assert text.isascii()
    assert len(text.splitlines()) == 11
    many = to_text(one(*[""] * KEEP))
    assert len(many) < 4000 + KEEP * 700


def test_only_the_newest_keeps_its_courses() -> None:
    whole = one("a", "b", "c")
    assert [e.label for e in whole.entries] == ["a", "b", "c"]
    assert [bool(e.runs[0].courses[0].steps) for e in whole.entries] == [False, False, True]
    assert whole.entries[0].runs[0].courses[0].final == summed(0).courses[0].final


def test_a_label_is_replaced_and_old_entries_go() -> None:
    assert [e.label for e in one("a", "b", "a").entries] == ["b", "a"]
    assert len(one(*[""] * (KEEP + 5)).entries) == KEEP


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(to_text(one("a")))
    change(document)
    return json.dumps(document)


def course(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["entries"][0]["runs"][0]["courses"][0]
    return found


DAMAGED: dict[str, str] = {
    "empty": "",
    "cut": to_text(one("a"))[:500],
    "not UTF-8": to_text(one("a")).replace("run", "\udcff"),
    "a list": "[]",
    "another kind": changed(lambda d: d.update(kind="log")),
    "no entries": changed(lambda d: d.update(entries=[])),
    "entries no list": changed(lambda d: d.update(entries={"a": 1})),
    "an entry that is text": changed(lambda d: d.update(entries=["x"])),
    "no run": changed(lambda d: d["entries"][0].update(runs=[])),
    "name no text": changed(lambda d: d["entries"][0]["runs"][0].update(name=5)),
    "lost no list": changed(lambda d: d["entries"][0]["runs"][0].update(lost="val/loss")),
    "points true": changed(lambda d: course(d).update(points=True)),
    "points negative": changed(lambda d: course(d).update(points=-3)),
    "tau zero": changed(lambda d: course(d).update(tau=0)),
    "noise negative": changed(lambda d: course(d).update(noise=-1)),
    "better sideways": changed(lambda d: course(d).update(better="sideways")),
    "steps too few": changed(lambda d: course(d)["steps"].pop()),
    "steps backwards": changed(lambda d: course(d)["steps"].reverse()),
    "a value that is text": changed(lambda d: course(d)["values"].__setitem__(0, "1")),
    "a huge integer": changed(lambda d: course(d).update(final=10**400)),
    "NaN": changed(lambda d: course(d).update(final=float("nan"))),
    "infinity": changed(lambda d: course(d).update(best=float("inf"))),
    "overflow": to_text(one("a")).replace('"end":60', '"end":1e999'),
    "deep": '{"kind": "curvedoc baseline", "entries": ' + "[" * 100_000,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_an_error_with_a_fix(tmp_path: Path, name: str) -> None:
    path = tmp_path / "main.json"
    path.write_bytes(DAMAGED[name].encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableError) as error:
        load(str(path))
    assert error.value.path == str(path)
    assert error.value.fix


@pytest.mark.parametrize("version", [0, 2, "1", None, True, 1.0])
def test_another_version(tmp_path: Path, version: object) -> None:
    path = tmp_path / "main.json"
    path.write_text(changed(lambda d: d.update(schema_version=version)))
    with pytest.raises(UsageError, match="schema version"):
        load(str(path))


@given(st.binary(max_size=300))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("b") / "main.json"
    for content in (data, to_text(one("a")).encode()[: len(data)] + data):
        path.write_bytes(content)
        try:
            load(str(path))
        except CurvedocError as error:
            assert error.problem  # noqa: PT017 - what is not refused has been read


def test_no_file() -> None:
    assert not is_baseline("/nonexistent/main.json")
    with pytest.raises(UnreadableError, match="cannot be read"):
        load("/nonexistent/main.json")


def test_the_same_levels_whichever_way_they_came(tmp_path: Path) -> None:
    path = tmp_path / "main.json"
    path.write_text(to_text(one("a")))
    assert load(str(path)).runs == (summed(0),)
    assert replace(load(str(path)), path="") == one("a")
