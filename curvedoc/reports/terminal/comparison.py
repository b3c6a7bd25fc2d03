"""Runs side by side: for each curve a table, who is ahead and how sure, and all courses in one chart."""

from __future__ import annotations

from collections import Counter
from os.path import commonprefix
from typing import TYPE_CHECKING

from curvedoc.charts.chart import Line, chart
from curvedoc.paint import Paper
from curvedoc.run import Curve
from curvedoc.wording import chance, number, step

from .one import DIM, STATE_STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from curvedoc.compared import Contest, Entrant, Race, Row, Side
    from curvedoc.states import State
    from curvedoc.styled import Text

STYLES = ("cyan", "yellow", "magenta", "green", "blue", "red")
SIGNS = "*o+x#%"
ROWS = 12
NAME, LABEL = 28, 12
NAME_AT_LEAST = 10
# Columns that a narrow terminal does without, the first to go first.
SPARED = (">best", ">p", ">parts at")


def render(contest: Contest, *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """The contest as text for a terminal (see :func:`curvedoc.reports.terminal.render`)."""
    paper = Paper(width, color, unicode)
    blocks: list[Text | Table] = []
    for race in contest.races:
        blocks += [*([paper.text()] if blocks else []), *_race(paper, contest, race)]
    for remark in contest.remarks:
        blocks += [paper.text(), paper.hang(paper.text(("Remark  ", "bold")), paper.text(remark))]
    return paper.write(blocks)


def _race(paper: Paper, contest: Contest, race: Race) -> Iterator[Text | Table]:
    yield paper.text((race.role, "bold"), (f"   {race.better} is better", DIM))
    yield _table(paper, contest, race)
    yield paper.text()
    yield paper.hang(paper.text(), paper.text(race.verdict))
    shown = _drawn(race)
    labels = told_apart([paper.plain(row.entrant.name) for row in shown])
    lines = [
        Line(labels[i], _curve(race, row), STYLES[i], i % 2 == 1, SIGNS[i]) for i, row in enumerate(shown)
    ]
    drawn = chart(paper, race.role, lines, [], contest.x, ROWS) if lines else []
    if drawn:
        yield paper.text()
        yield from drawn


def told_apart(names: Sequence[str]) -> list[str]:
    """Names cut to :data:`LABEL` characters around what differs; numbered where even that is the same."""
    start, end = (len(commonprefix(way)) for way in (names, [name[::-1] for name in names]))  # noqa: RUF071
    made = []
    for name in names:
        differs = name[start : max(start, len(name) - end)]
        room = LABEL - len(differs)
        before = max(0, start - max(0, room // 2))
        cut = name if len(name) <= LABEL else name[before : before + LABEL] if room > 0 else differs[:LABEL]
        made.append(cut)
    return [f"{i}: {cut}"[:LABEL] if made.count(cut) > 1 else cut for i, cut in enumerate(made, 1)]


def _drawn(race: Race) -> list[Row]:
    """The rows whose courses are drawn: as many as there are colours, the best ones, in their order."""
    shown = [row for row in race.rows if row.final is not None]
    sign = 1 if race.better == "lower" else -1
    best = sorted(shown, key=lambda row: sign * (row.final.mean if row.final else 0.0))[: len(STYLES)]
    return [row for row in shown if row in best]


def _curve(race: Race, row: Row) -> Curve:
    """What is drawn: a single run as it was logged, several by their mean."""
    run = row.entrant.diagnoses[0].run
    logged = run.get(race.role)
    if len(row.entrant.diagnoses) == 1 and logged is not None:
        return logged
    assert row.steps_at is not None
    assert row.curve is not None
    return Curve(row.entrant.name, race.role, row.steps_at, row.curve, race.better == "higher")


def _table(paper: Paper, contest: Contest, race: Race) -> Table:
    target = f"to {number(race.target)}" if race.target is not None else ""
    columns = {
        "run": [row.entrant.name for row in race.rows],
        "state": [_states(row.entrant) for row in race.rows],
        ">final": [_level(row.final) for row in race.rows],
        ">best": [_level(row.best) for row in race.rows],
        f">{contest.x} {target}": [_steps(row) for row in race.rows],
        ">parts at": ["" if row.parts is None else step(round(row.parts)) for row in race.rows],
        ">p": [_chance(row) for row in race.rows],
    }
    for spared in SPARED:
        if _room(paper, columns) < NAME_AT_LEAST:
            del columns[spared]
    columns["run"] = [
        paper.short(name, max(NAME_AT_LEAST, min(NAME, _room(paper, columns)))) for name in columns["run"]
    ]
    table = paper.table(*columns)
    colours = {id(row): STYLES[i] for i, row in enumerate(_drawn(race))}
    for row, *cells in zip(race.rows, *columns.values(), strict=True):
        style = {"run": colours.get(id(row), ""), "state": _style(row.entrant)}
        paper.row(table, *((cell, style.get(head, "")) for head, cell in zip(columns, cells, strict=True)))
    return table


def _room(paper: Paper, columns: dict[str, list[str]]) -> int:
    """What is left for the names of the runs."""
    others = (
        max(map(len, [head.lstrip(">"), *cells])) + 2 for head, cells in columns.items() if head != "run"
    )
    return paper.width - sum(others)


def _states(entrant: Entrant) -> str:
    found = Counter(d.state.label for d in entrant.diagnoses).most_common()
    if len(entrant.diagnoses) == 1:
        return found[0][0]
    most = f"{found[0][1]} of {len(entrant.diagnoses)} {found[0][0]}"
    return most if len(found) > 1 else f"{found[0][1]} {found[0][0]}"


def _style(entrant: Entrant) -> str:
    states: set[State] = {d.state for d in entrant.diagnoses}
    return STATE_STYLE[states.pop()] if len(states) == 1 else ""


def _level(side: Side | None) -> str:
    if side is None:
        return "–"
    return number(side.mean) + (f" ± {side.error:.1g}" if side.error else "")


def _steps(row: Row) -> str:
    if row.final is None:
        return row.note
    if row.steps is None:
        return "never"
    some = f" ({row.reached} of {row.final.runs})" if row.reached < row.final.runs else ""
    return step(round(row.steps)) + some


def _chance(row: Row) -> str:
    if row.behind is None or row.behind.p is None:
        return "" if row.behind or row.final is None else "leads"
    return chance(row.behind.p).removeprefix("= ")
