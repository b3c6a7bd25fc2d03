"""Runs side by side for machines (JSON) and for pull requests (Markdown)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curvedoc import __version__
from curvedoc.document import dumps
from curvedoc.gfm import head, prose, row
from curvedoc.wording import chance, number, step

if TYPE_CHECKING:
    from curvedoc.compared import Compared, Contest, Race, Row, Side

SCHEMA_VERSION = 1


def as_json(contest: Contest) -> str:
    """The contest as JSON in ASCII; numbers that are not finite are null."""
    return dumps(_document(contest), indent=2)


def _document(contest: Contest) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "curvedoc", "version": __version__},
        "x": contest.x,
        "entrants": [
            {
                "name": entrant.name,
                "runs": [
                    {
                        "name": d.run.name,
                        "path": d.run.path,
                        "state": d.state.value,
                        "confidence": d.confidence,
                    }
                    for d in entrant.diagnoses
                ],
            }
            for entrant in contest.entrants
        ],
        "curves": [_race(race) for race in contest.races],
        "remarks": list(contest.remarks),
    }


def _race(race: Race) -> dict[str, Any]:
    return {
        "role": race.role,
        "better": race.better,
        "target": race.target,
        "leader": race.leader.entrant.name if race.leader else None,
        "verdict": race.verdict,
        "entrants": [_row(row) for row in race.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.entrant.name,
        "final": _side(row.final),
        "best": _side(row.best),
        "steps_to_target": row.steps,
        "reached_by": row.reached,
        "parts_from_leader_at": row.parts,
        "behind_leader": _compared(row.behind),
        "note": row.note or None,
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    return {"runs": side.runs, "mean": side.mean, "error": side.error} if side else None


def _compared(found: Compared | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "outcome": found.outcome.value,
        "difference": found.difference,
        "interval": list(found.interval) if found.interval else None,
        "p": found.p,
        "hedges_g": list(found.effect) if found.effect else None,
        "test": found.test or None,
        "note": found.note or None,
    }


def as_markdown(contest: Contest) -> str:
    """The contest as tables and sentences for GitHub; nothing that a log says has an effect."""
    parts = []
    for race in contest.races:
        parts.append(f"### {prose(race.role)} ({race.better} is better)\n\n{_table(contest, race)}")
        parts.append(f"{prose(race.verdict)}.\n")
    parts += [f"{prose(remark)}.\n" for remark in contest.remarks]
    return "\n".join(parts)


def _table(contest: Contest, race: Race) -> str:
    target = f" to {number(race.target)}" if race.target is not None else ""
    names = ("run", "state", ">final", ">best", f">{prose(contest.x)}{target}", ">parts at", ">p")
    return head(names) + "".join(row(_cells(race, one)) for one in race.rows)


def _cells(race: Race, one: Row) -> list[str]:
    p = one.behind.p if one.behind else None
    return [
        prose(one.entrant.name),
        ", ".join(sorted({d.state.label for d in one.entrant.diagnoses})),
        _level(one.final),
        _level(one.best),
        prose(one.note) if one.steps is None else step(round(one.steps)),
        "" if one.parts is None else step(round(one.parts)),
        "leads" if one is race.leader else "" if p is None else chance(p).removeprefix("= "),
    ]


def _level(side: Side | None) -> str:
    if side is None:
        return "–"
    return number(side.mean) + (f" ± {side.error:.1g}" if side.error else "")
