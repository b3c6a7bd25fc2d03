"""The page of many runs: sorted, filtered, laid over each other; and names that try to be more than names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sample_diagnosis as sample

from curvedoc.diagnosis import Batch, Problem
from curvedoc.gated import Check, GateResult, Status
from curvedoc.reports import html
from curvedoc.rule import Fix, OutcomeKind
from curvedoc.run import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from curvedoc.diagnosis import Diagnosis

    Opens = Callable[..., Page]

MANY = sample.batch()


def names(page: Page) -> list[str]:
    return page.locator("tbody tr:not([hidden]) td.name").all_inner_texts()


def states(page: Page) -> list[str]:
    return page.locator("tbody tr:not([hidden]) td.state").all_inner_texts()


def overlaid(page: Page) -> list[str]:
    return page.locator(".overlay .chip .name").all_inner_texts()


def test_the_worst_comes_first(opens: Opens) -> None:
    page = opens(MANY)
    assert page.locator("h1").inner_text() == "5 runs"
    assert states(page) == ["unstable", "overfitting", "inconclusive", "grokking", "smooth descent"]
    assert page.locator("svg.spark polyline").count() >= 4


def test_sorting_by_a_column_and_back(opens: Opens) -> None:
    page = opens(MANY)
    head = page.locator('th[data-column="gap"]')
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    gaps = page.locator("td.gap").all_inner_texts()
    assert gaps == ["1.084", "0.195", "0.0402", "–", "NaN"]
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.locator("td.gap").all_inner_texts() == ["0.0402", "0.195", "1.084", "–", "NaN"]
    page.locator('th[data-column="name"]').get_by_role("button").click()
    assert names(page)[1] == "cnn_small"
    assert page.locator("th[aria-sort]").count() == 1


def test_filtering_by_state_and_by_name(opens: Opens) -> None:
    page = opens(MANY)
    page.locator('.filters [data-state="overfitting"]').click()
    assert states(page) == ["overfitting"]
    page.locator('.filters [data-state="grokking"]').press("Space")
    assert states(page) == ["overfitting", "grokking"]
    assert page.locator(".told").inner_text() == "2 of 5 runs shown"
    page.get_by_role("searchbox").fill("MOD")
    assert names(page) == ["mod97"]
    page.get_by_role("searchbox").fill("")
    for state in ("overfitting", "grokking"):
        page.locator(f'.filters [data-state="{state}"]').click()
    assert len(names(page)) == 5


def test_chosen_runs_are_laid_over_each_other(opens: Opens) -> None:
    page = opens(MANY)
    assert page.locator(".overlay canvas").count() == 0
    page.get_by_role("checkbox", name="Overlay cnn_small").check()
    page.get_by_role("checkbox", name="Overlay mod97").press("Space")
    assert overlaid(page) == ["cnn_small", "mod97"]
    before = page.locator(".overlay canvas").evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("combobox", name="Quantity").select_option("val/accuracy")
    assert page.locator(".overlay h3").inner_text() == "val/accuracy"
    assert page.locator(".overlay canvas").evaluate("canvas => canvas.toDataURL()") != before
    page.get_by_role("button", name="share of the run").click()
    assert page.locator(".overlay .range").inner_text() == "share 0–1"
    assert "epoch, iteration" not in page.locator(".overlay").inner_text()
    page.get_by_role("button", name="steps", exact=True).click()
    assert "count different things (epoch, iteration)" in page.locator(".overlay").inner_text()
    page.get_by_role("button", name="Choose none").click()
    assert page.locator(".overlay canvas").count() == 0


def _copies(n: int) -> Batch:
    run = sample.smooth()
    return Batch(
        tuple(replace(run, run=replace(run.run, name=f"a/seed_{i}", path=f"a/seed_{i}")) for i in range(n))
    )


def test_sets_of_runs_are_told_and_chosen_at_once(opens: Opens) -> None:
    page = opens(_copies(4))
    assert "4 seeds a/seed_* 4 smooth descent" in page.locator(".sets").inner_text()
    page.get_by_role("button", name="Overlay a/seed_*").click()
    assert len(overlaid(page)) == 4


def test_five_hundred_runs_stay_usable(opens: Opens) -> None:
    page = opens(_copies(500))
    assert len(names(page)) == 500
    assert page.locator("canvas").count() == 0
    page.get_by_role("button", name="Choose shown").click()
    assert "The first 40 of 500 chosen runs are shown." in page.locator(".overlay").inner_text()
    assert len(overlaid(page)) == 40
    page.get_by_role("searchbox").fill("seed_499")
    assert names(page) == ["a/seed_499"]


def test_a_run_opens_and_leads_back(opens: Opens) -> None:
    page = opens(MANY)
    page.get_by_role("checkbox", name="Overlay mod97").check()
    page.get_by_role("link", name="cnn_small").click()
    assert page.locator("h1").inner_text().startswith("overfitting")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.get_by_role("link", name="Next").click()
    assert page.locator("h1").inner_text().startswith("inconclusive")
    page.get_by_role("link", name="Previous").click()
    assert page.locator(".path").inner_text().startswith("runs/cnn_small.csv")
    page.get_by_role("link", name="All runs").click()
    assert len(names(page)) == 5
    assert overlaid(page) == ["mod97"]
    page.go_back()
    assert page.locator("h1").inner_text().startswith("overfitting")


def test_a_page_opens_at_a_run(opens: Opens) -> None:
    assert opens(MANY, at="#run-3").locator("h1").inner_text().startswith("grokking")
    assert opens(MANY, at="#run-99").locator("h1").inner_text() == "5 runs"


def test_gate_and_problems_are_shown(opens: Opens) -> None:
    bad, good, odd = sample.overfitting(), sample.smooth(), sample.inconclusive()
    failed = Check("fail-on", "overfitting", Status.FAILED, "The run is overfitting (93 % sure).")
    skipped = Check("expect", "val/f1 >= 0.9", Status.SKIPPED, "The log has no val/f1.")
    gate = GateResult(
        ((bad, "overfitting, 93 % sure"),),
        (),
        (good,),
        sample.PROBLEMS,
        ((bad, (failed, skipped)), (good, ())),
        ((odd, "nothing could be looked at"),),
    )
    page = opens(Batch((bad, good, odd), sample.PROBLEMS), gate)
    assert (
        "gate failed 1 run failed, 1 run not judged, 1 run passed, 2 paths not read"
        in page.locator(".head").inner_text()
    )
    assert page.locator("td.gate").all_inner_texts() == ["failed", "not judged", "passed"]
    assert "runs/empty.csv The file is empty." in page.locator(".problems").inner_text()
    page.get_by_role("link", name="cnn_small").click()
    told = page.locator("section.gate").inner_text()
    for words in (
        "failed",
        "overfitting, 93 % sure",
        "fail-on",
        "val/f1 >= 0.9",
        "skipped",
        "The log has no val/f1.",
    ):
        assert words in told


def test_nothing_but_problems(opens: Opens) -> None:
    page = opens(Batch((), sample.PROBLEMS))
    assert page.locator("h1").inner_text() == "0 runs"
    assert page.locator(".problems li").count() == 2


HOSTILE = {
    "script": "</script><script>window.owned=1;alert(1)</script>",
    "data block": '</script><script type="application/json" id="batch">{}</script>',
    "image": '"><img src=x onerror="window.owned=1;alert(1)">',
    "attribute": "' onmouseover='window.owned=1' style='position:fixed;inset:0' x='",
    "comment": "<!--<script>",
    "entity": "&lt;b&gt;&quot;&#x3c;script&#x3e;",
    "address": "javascript:window.owned=1",
    "style": "</style><style>*{display:none}</style>",
    "slot": "{{data}}{{script}}",
    "template": "${window.owned=1}`\\u003cb\\u003e\\",
    "prototype": "__proto__",
    "separators": "a\u2028b\u2029c\x00d\u202ee",
    "policy": "default-src *; script-src 'unsafe-inline'",
}


def hostile(name: str) -> Diagnosis:
    """A run in which every text that a log can bring is ``name``."""
    found = sample.overfitting()
    finding = found.findings[0]
    finding = replace(
        finding, title=name, summary=name, fixes=(Fix("fix", name),),
        evidence=tuple(e._replace(what=name, measure=name, unit=name) for e in finding.evidence),
    )  # fmt: skip
    outcomes = tuple(
        replace(o, finding=finding)
        if i == 0
        else replace(o, reason=name)
        if o.kind is OutcomeKind.SKIPPED
        else o
        for i, o in enumerate(found.outcomes)
    )
    run = found.run
    curves = tuple(replace(c, name=name, sources=(name, name)) for c in run.curves)
    other = replace(run.curves[-1], name=name, role=f"val/{name}")
    run = replace(
        run, name=name, path=name, x=name, metric=name, curves=(*curves, other), notes=(name,),
        ignored=(Ignored(name, name),),
    )  # fmt: skip
    return replace(found, run=run, outcomes=outcomes, reason=name)


COUNTS = """() => {
    const all = [...document.querySelectorAll("*")];
    const count = (test) => all.filter(test).length;
    return [count((e) => e.matches("script")), count((e) => e.matches("style")),
        count((e) => e.matches("img, iframe, object, embed, form, base, meta[content*=evil]")),
        count((e) => [...e.attributes].some((a) => a.name.startsWith("on"))),
        count((e) => e.matches("a:not([href^='#'])"))];
}"""


def test_names_take_no_effect(opens: Opens) -> None:
    runs = [hostile(name) for name in HOSTILE.values()]
    gate = GateResult(
        tuple((run, run.reason) for run in runs),
        (),
        (),
        (),
        tuple((run, (Check(run.reason, run.reason, Status.FAILED, run.reason),)) for run in runs),
    )
    page = opens(Batch(tuple(runs), tuple(Problem(name, name, name) for name in HOSTILE.values())), gate)
    page.get_by_role("button", name="Choose shown").click()
    elements = [len(runs) + 3, 1, 0, 0, 0]
    assert page.evaluate(COUNTS) == elements
    for i, name in enumerate(HOSTILE.values()):
        page.evaluate("fragment => { location.hash = fragment; }", f"#run-{i}")
        page.locator(".reason").wait_for()
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert page.evaluate(COUNTS) == elements, name
        assert page.evaluate("[window.owned, {}.owned]") == [None, None], name
        if name.isprintable():
            assert page.locator(".reason").inner_text() == " ".join(name.split())
        page.evaluate("location.hash = ''")
        page.locator("table.runs").wait_for()


def test_the_policy_of_the_page_is_in_force(browser: Browser, tmp_path: Path) -> None:
    """Even a script that found its way in would not run, and nothing can be sent."""
    path = tmp_path / "report.html"
    path.write_text(html.render(sample.one()))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.owned = 1";
            const markup = document.createElement("div");
            markup.innerHTML = "<b onclick='window.owned = 1'>x</b>";
            document.body.append(script, markup);
            markup.firstChild.click();
        }"""
    )
    assert page.evaluate("window.owned") is None
    assert page.evaluate("fetch('https://example.org').then(() => 'sent', () => 'refused')") == "refused"
    page.close()
