"""Runs side by side for machines (JSON) and for pull requests (Markdown)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from curvedoc import __version__
from curvedoc.document import dumps
from curvedoc.wording import chance, clean, number, step

if TYPE_CHECKING:
    from curvedoc.compared import Compared, Contest, Race, Row, Side

SCHEMA_VERSION = 1
# Every sign that begins markup somewhere in GitHub's Markdown, mentions of people and issues among them.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#!|~@&$])")


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
    """The contest as tables and sentences; text from logs has every sign of markup escaped."""
    parts = []
    for race in contest.races:
        parts.append(f"### {_plain(race.role)} ({race.better} is better)\n\n{_table(contest, race)}")
        parts.append(_plain(race.verdict) + ".")
    parts += [_plain(remark) + "." for remark in contest.remarks]
    return "\n\n".join(parts) + "\n"


def _table(contest: Contest, race: Race) -> str:
    target = f" to {number(race.target)}" if race.target is not None else ""
    head = ("run", "state", "final", "best", f"{_plain(contest.x)}{target}", "parts at", "p")
    rows = [head, ("---", "---", "--:", "--:", "--:", "--:", "--:")]
    for row in race.rows:
        states = sorted({d.state.label for d in row.entrant.diagnoses})
        p = row.behind.p if row.behind else None
        rows.append(
            (
                _plain(row.entrant.name),
                ", ".join(states),
                _level(row.final),
                _level(row.best),
                "" if row.steps is None else step(round(row.steps)),
                "" if row.parts is None else step(round(row.parts)),
                "leads" if row is race.leader else "" if p is None else chance(p).removeprefix("= "),
            )
        )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _level(side: Side | None) -> str:
    if side is None:
        return "–"
    return number(side.mean) + (f" ± {side.error:.1g}" if side.error else "")


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", clean(text))
