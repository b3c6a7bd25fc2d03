"""Writes the generated parts of the documentation into place, or checks that they are current.

    python tools/docs.py            # write
    python tools/docs.py --check    # exit 1 and name what is out of date

Generated are the blocks between ``<!-- generated: NAME -->`` and ``<!-- end -->`` in the hand-written pages,
and ``docs/rules/`` as a whole: one page per rule, and a page that lists them.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import os
import re
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from curvedoc.rule import Rule, Scenario

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "benchmarks/README.md",
    "docs/cli.md",
    "docs/json.md",
    "docs/reports.md",
    "docs/architecture.md",
)
BLOCK = re.compile(r"(<!-- generated: (?P<call>[^\n]+?) -->\n).*?(<!-- end -->)", re.DOTALL)
RULES = "docs/rules"


def run(line: str) -> str:
    """What a ``curvedoc`` command line prints, in 80 columns and without colour."""
    from curvedoc.cli import main

    os.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(shlex.split(line)[1:])
    if code not in (0, 1):
        raise SystemExit(f"`{line}` ended with exit code {code}: {err.getvalue()}")
    return out.getvalue()


def fence(text: str, language: str = "text") -> str:
    """A fenced block; trailing blanks are cut, for editors cut them too."""
    body = "\n".join(line.rstrip() for line in text.rstrip("\n").splitlines())
    return f"```{language}\n{body}\n```\n"


def session(line: str) -> str:
    """A command and what it prints."""
    return fence(f"$ {line}\n{run(line)}")


def opening(argument: str) -> str:
    """A number and a command: so many lines of what it prints, long ones cut."""
    most, _, line = argument.partition(" ")
    lines = run(line).splitlines()
    left = len(lines) - int(most)
    shown = [text if len(text) <= 150 else text[:149] + "…" for text in lines[: int(most)]]
    return fence("\n".join([f"$ {line}", *shown, *([f"… {left} more lines"] if left > 0 else [])]))


def shown_json(line: str) -> str:
    """A command that prints JSON, lists cut to two entries and numbers to three digits."""
    import json

    def short(value: object) -> object:
        if isinstance(value, dict):
            return {key: short(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [short(entry) for entry in value[:2]]
        # The last digits depend on the processor.
        return float(f"{value:.3g}") if isinstance(value, float) else value

    text = json.dumps(short(json.loads(run(line))), indent=2, ensure_ascii=False)
    return fence(text, "json")


def commands(_: str) -> str:
    """The help of every command."""
    from curvedoc.cli import app

    lines = ["curvedoc --help", *(f"curvedoc {name} --help" for name in app.commands if name != "reference")]
    return "\n".join(f"### `{line.removesuffix(' --help')}`\n\n{fence(run(line))}" for line in lines)


def readers(_: str) -> str:
    """The list of the readers."""
    from importlib import import_module

    from curvedoc.readers import READERS

    rows = [(name, import_module(f"curvedoc.readers.{name}").ABOUT) for name in READERS]
    return "| reader | reads |\n|---|---|\n" + "".join(f"| `{name}` | {about} |\n" for name, about in rows)


def states(_: str) -> str:
    """The states with their rules."""
    from curvedoc.rules import RULES as PAGES_OF_RULES
    from curvedoc.states import State

    lines = ["| state | rules |\n|---|---|\n"]
    for state in State:
        own = [rule for rule in PAGES_OF_RULES if rule.state is state]
        lines.append(f"| `{state}` | {', '.join(f'[{r.id}](docs/rules/{r.id}.md)' for r in own)} |\n")
    return "".join(lines)


def summary(path: Path) -> str:
    """The first paragraph of a module's docstring as one line of Markdown."""
    page = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return prose(page.partition("\n\n")[0]).replace("\n", " ").strip()


def modules(_: str) -> str:
    """The modules and packages of curvedoc, each in its own words."""
    top = [p for p in (ROOT / "curvedoc").glob("*.py") if not p.name.startswith("__")]
    rows = [f"| `{path.name}` | {summary(path)} |\n" for path in top]
    rooms = (ROOT / "curvedoc").glob("*/__init__.py")
    rows += [f"| `{path.parent.name}/` | {summary(path)} |\n" for path in rooms]
    return "| module | holds |\n|---|---|\n" + "".join(sorted(rows))


def benchmarks(_: str) -> str:
    """The scripts under benchmarks/, each in its own words."""
    rows = [f"| `{path.name}` | {summary(path)} |\n" for path in sorted((ROOT / "benchmarks").glob("*.py"))]
    return "| script | measures |\n|---|---|\n" + "".join(rows)


MAKERS: Mapping[str, Callable[[str], str]] = {
    "run": session,
    "opening": opening,
    "json": shown_json,
    "commands": commands,
    "readers": readers,
    "states": states,
    "modules": modules,
    "benchmarks": benchmarks,
}


def filled(text: str) -> str:
    """A page with its generated blocks made anew."""

    def block(match: re.Match[str]) -> str:
        name, _, argument = match["call"].partition(" ")
        return f"{match[1]}{MAKERS[name](argument)}{match[3]}"

    return BLOCK.sub(block, text)


def heading(text: str) -> str:
    """The first letter large, as titles have it."""
    return text[:1].upper() + text[1:]


def rule_page(rule: Rule) -> str:
    """The page of a rule as Markdown: its prose, its limits with their reasons, remedies, runs, sources."""
    from curvedoc.reports.pages import limits_of
    from curvedoc.states import BOTTLENECKS
    from curvedoc.wording import number

    weight = "decides the state" if rule.decides else "explains the state"
    parts = [f"# {rule.id}\n\n{heading(rule.title)}. Severity: {rule.severity}; {weight} `{rule.state}`.\n"]
    if rule.overrules:
        parts.append(f"Overrules {', '.join(map(linked, rule.overrules))}.\n")
    parts.append(prose(rule.page))
    limits = limits_of(rule)
    if limits:
        rows = [f"| {name.lower()} | {number(limit.value)} | {limit.why} |" for name, limit in limits.items()]
        parts.append("## Limits\n\n| limit | value | why |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    if rule.bottleneck:
        bottleneck = BOTTLENECKS[rule.bottleneck]
        remedies = "; ".join(bottleneck.remedies)
        parts.append(f"## Bottleneck\n\n{bottleneck.id}, {bottleneck.name}. Remedies in order: {remedies}.\n")
    if rule.scenarios:
        rows = [f"- `{s.id}`: {s.about or s.task}{treated(s)}" for s in rule.scenarios]
        parts.append("## Reference runs\n\n" + "\n".join(rows) + "\n")
    if rule.sources:
        rows = [f"- [{s.text}]({s.url})" if s.url else f"- {s.text}" for s in rule.sources]
        parts.append("## Sources\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def linked(overruled: str) -> str:
    """A rule, or a state, with a link to the page of its name."""
    return f"[{overruled}]({overruled.replace('_', '-')}.md)"


def treated(scenario: Scenario) -> str:
    """Which remedies have a treated run."""
    return f"; treated by {', '.join(scenario.treated)}" if scenario.treated else ""


def prose(page: str) -> str:
    """A docstring as Markdown: reStructuredText's double quotes become single ones."""
    return inspect.cleandoc(page).replace("``", "`") + "\n"


def rule_index(rules: Sequence[Rule]) -> str:
    """The page that lists all rules by state."""
    from curvedoc.states import State

    parts = ["# The rules\n\nOne page each; `curvedoc explain NAME` prints the same.\n"]
    for state in State:
        own = [rule for rule in rules if rule.state is state]
        if own:
            rows = "\n".join(f"| [{r.id}]({r.id}.md) | {r.severity} | {heading(r.title)} |" for r in own)
            parts.append(f"## {heading(state.label)}\n\n| rule | severity | |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def everything() -> dict[Path, str]:
    """Every page with generated parts, and what it should hold."""
    from curvedoc.rules import RULES as LISTED

    pages = {ROOT / name: filled((ROOT / name).read_text(encoding="utf-8")) for name in PAGES}
    pages |= {ROOT / RULES / f"{rule.id}.md": rule_page(rule) for rule in LISTED}
    pages[ROOT / RULES / "README.md"] = rule_index(LISTED)
    return pages


def main() -> int:
    """Write, or with ``--check`` compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a page is out of date"
    )
    check: bool = parser.parse_args().check
    os.chdir(ROOT)
    pages = everything()
    stale = [p for p, text in pages.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    orphans = [p for p in (ROOT / RULES).glob("*.md") if p not in pages]
    for path in (*stale, *orphans):
        sys.stdout.write(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}\n")
    if check:
        return 1 if stale or orphans else 0
    (ROOT / RULES).mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    for path in orphans:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
