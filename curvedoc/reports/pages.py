"""The rules as people read them: the list of ``curvedoc rules``, the page of ``curvedoc explain``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from curvedoc.measure import Limit
from curvedoc.paint import Paper
from curvedoc.rule import Severity
from curvedoc.states import BOTTLENECKS, State
from curvedoc.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.table import Table

    from curvedoc.rule import Rule
    from curvedoc.styled import Text

    Block = Text | Table

DIM = "dim"
SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
# A line of prose longer than this is hard to follow on a wide terminal.
READABLE = 100


def render_rules(rules: Sequence[Rule], *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """All rules, one a line, grouped by the state they speak for; rules that decide the state are marked."""
    paper = Paper(width, color, unicode)
    table = paper.table("state and its rules", "severity", "", "title")
    for state in State:
        own = sorted((rule for rule in rules if rule.state is state), key=lambda rule: not rule.decides)
        paper.row(table, (state.value, "bold"), "", "", "" if own else ("no rule of its own", DIM))
        for rule in own:
            severity = (rule.severity.value, SEVERITY_STYLE[rule.severity])
            paper.row(table, f"  {rule.id}{' *' * rule.decides}", severity, rule.bottleneck, rule.title)
    blocks: list[Block] = [
        table,
        paper.text(),
        paper.text(("* decides the state of a run; the others explain it.", DIM)),
    ]
    blocks += [paper.text((f"{b.id} {b.name}: {b.phenomenon}", DIM)) for b in BOTTLENECKS.values()]
    blocks += [paper.text(("`curvedoc explain NAME` prints the page of a rule or a state.", DIM))]
    return paper.write(blocks)


def render_rule(
    rule: Rule,
    *,
    limits: Mapping[str, Limit] | None = None,
    width: int = 80,
    color: bool = False,
    unicode: bool = True,
) -> str:
    """The page of one rule: what it says, its limits with their reasons, remedies, sources, scenarios.

    ``limits``: by name; None takes those that stand in the module of the rule's check.
    """
    paper = Paper(min(width, READABLE), color, unicode)
    return paper.write(_page(paper, rule, limits_of(rule) if limits is None else limits))


def render_state(
    state: State, rules: Sequence[Rule], *, width: int = 80, color: bool = False, unicode: bool = True
) -> str:
    """The page of a state: that of the rule of the same name (if any), then every rule that speaks for it."""
    paper = Paper(min(width, READABLE), color, unicode)
    own = [rule for rule in rules if rule.state is state]
    namesake = next((rule for rule in own if rule.id.replace("-", "_") == state.value), None)
    blocks: list[Block] = [
        paper.text(("state  ", DIM), (state.label, "bold"), (f"  ({state.value})", DIM)),
        paper.text(),
    ]
    if namesake:
        blocks += [*_page(paper, namesake, limits_of(namesake)), paper.text()]
    if own:
        table = paper.table("rules that lead here", "")
        for rule in own:
            paper.row(table, ("  " + rule.id, "bold"), rule.title)
        blocks.append(table)
    elif not namesake:
        blocks.append(paper.text("No rule leads here: it is what remains when none has spoken."))
    return paper.write(blocks)


def limits_of(rule: Rule) -> dict[str, Limit]:
    """The limits that stand, by name, in the module where a rule's check is defined."""
    home = sys.modules.get(getattr(rule.check, "__module__", ""))
    return {name: value for name, value in vars(home).items() if isinstance(value, Limit)} if home else {}


def _page(paper: Paper, rule: Rule, limits: Mapping[str, Limit]) -> Iterator[Block]:
    yield paper.hang(paper.text((rule.id, "bold"), "  "), paper.text(rule.title))
    weight = "decides the state" if rule.decides else "explains"
    bottleneck = BOTTLENECKS.get(rule.bottleneck)
    facts = [rule.severity.value, f"{weight}: {rule.state.label}"]
    facts += [f"bottleneck {bottleneck.id}: {bottleneck.name}"] if bottleneck else []
    facts += [f"overrules {', '.join(rule.overrules)}"] if rule.overrules else []
    yield paper.hang(paper.text(), paper.text((" · ".join(paper.plain(fact) for fact in facts), DIM)))
    yield from _prose(paper, rule.page)
    if limits:
        yield from _section(paper, "Limits")
        table = paper.table("", ">", "")
        table.show_header = False
        for name, limit in limits.items():
            paper.row(table, "  " + name.lower(), number(limit.value), limit.why)
        yield table
    if bottleneck:
        yield from _section(paper, f"Remedies for this bottleneck ({bottleneck.name})")
        for remedy in bottleneck.remedies:
            yield paper.hang(paper.text("  - "), paper.text(remedy))
    if rule.scenarios:
        yield from _section(paper, "Reference runs")
        for scenario in rule.scenarios:
            treated = f" (treated by {', '.join(scenario.treated)})" if scenario.treated else ""
            about = scenario.about or scenario.task
            yield paper.hang(paper.text("  - "), paper.text((scenario.id, "bold"), f"  {about}{treated}"))
    if rule.sources:
        yield from _section(paper, "Sources")
        for source in rule.sources:
            link = (f"  {source.url}", DIM) if source.url else ""
            yield paper.hang(paper.text("  - "), paper.text(source.text, link))


def _section(paper: Paper, title: str) -> Iterator[Text]:
    yield paper.text()
    yield paper.text((title, "bold"))


def _prose(paper: Paper, page: str) -> Iterator[Text]:
    """Light Markdown as text: prose wrapped anew, headings bold, indented blocks as they are."""
    before = ""
    for kind, lines in _markdown(page):
        if before != "heading" and (kind, before) != ("item", "item"):
            yield paper.text()
        if kind == "code":
            yield from (paper.text("    " + line) for line in lines)
        elif kind == "heading":
            yield paper.text((" ".join(lines), "bold"))
        else:
            yield paper.hang(paper.text("  - " if kind == "item" else ""), _inline(paper, " ".join(lines)))
        before = kind


def _markdown(page: str) -> list[tuple[str, list[str]]]:
    """Blocks of (kind, lines): ``heading``, ``item``, ``code`` (indented by four) and ``prose``."""
    blocks: list[tuple[str, list[str]]] = []
    fresh = True  # whether the next line of prose begins a block
    for line in page.strip().splitlines():
        text = line.strip()
        if not text:
            fresh = True
        elif text.startswith("#"):
            blocks.append(("heading", [text.lstrip("# ")]))
            fresh = True
        elif text[:2] in ("- ", "* "):
            blocks.append(("item", [text[2:]]))
            fresh = False
        elif fresh and line.startswith("    "):
            code = blocks[-1][1] if blocks and blocks[-1][0] == "code" else None
            if code is None:
                blocks.append(("code", code := []))
            code.append(line[4:].rstrip())
        elif fresh:
            blocks.append(("prose", [text]))
            fresh = False
        else:
            blocks[-1][1].append(text)
    return blocks


def _inline(paper: Paper, text: str) -> Text:
    """``code`` and **bold** as styles; without colour code keeps its quotes."""
    import re

    parts: list[tuple[str, str]] = []
    for part in re.split(r"(``[^`]+``|`[^`]+`|\*\*[^*]+\*\*)", text):
        if part[:1] == "`":
            code = part.strip("`")
            parts.append((code, "cyan") if paper.color else (f"`{code}`", ""))
        else:
            parts.append((part[2:-2], "bold") if part[:2] == "**" and len(part) > 4 else (part, ""))
    return paper.text(*parts)
