"""docs/trials.md from trials.json: a table, and a plot per remedy drawn as SVG by hand (no plotting
library).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .trials import UNTRIED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INTRODUCTION = """\
Each remedy is tried on several sick set-ups with several seeds. A run counts when curvedoc sees the state
that the set-up is about; it is cured when the treated run is healthy by curvedoc *and* validates better (by
loss, or by the metric where the remedy changes the loss). The interval is Wilson's, 95 %; the effect is the
median improvement of validation by the yardstick named.

The sick settings were searched, on the first four seeds, for what curvedoc calls sick. A remedy has one
setting per set-up, chosen before it was tried (hotdog-tiny got more pictures after its remedy had failed; the
failing set-up stayed in as hotdog-tiny-few). Early stopping is judged with the evaluations in vain that its
patience logs, though the kept checkpoint is the best; of networks that wait to grok, the budget ends while
they wait."""
WIDTH, ROW, LEFT = 640, 22, 230


def page(document: Mapping[str, Any], plots: str = "trials") -> str:
    """The Markdown page; ``plots`` is the folder of the pictures beside it."""
    made = document["provenance"]
    lines = [
        "# Trials: which fix cures what", "",
        "Made by `curvedoc reference trial` from `trials.json`; do not edit.", "",
        *INTRODUCTION.splitlines(), "",
        ", ".join(f"{name} {made.get(name, '?')}" for name in ("torch", "python", "curvedoc")), "",
        "| state | remedy | cured | of sick | interval | median effect | by |",
        "|---|---|--:|--:|---|--:|---|",
    ]  # fmt: skip
    rows = [
        (state, remedy, c)
        for remedy, by_state in document["remedies"].items()
        for state, c in by_state.items()
    ]
    rows.sort(key=lambda row: (row[0], -row[2]["interval"][0]))
    lines += [
        f"| {state} | [{remedy}](#{remedy}) | {c['cured']} | {c['sick']} | {_percent(c['interval'])} "
        f"| {_effect(c)} | {c['yardstick']} |"
        for state, remedy, c in rows
    ]
    lines += ["", "Advice that no trial tests:", ""]
    lines += [f"- {remedy}: {reason}" for remedy, reason in UNTRIED.items()]
    for remedy, by_state in document["remedies"].items():
        lines += ["", f"## {remedy}", "", f"![{remedy}]({plots}/{remedy}.svg)", ""]
        for state, c in by_state.items():
            tried = ", ".join(f"{name} {n['cured']}/{n['sick']}" for name, n in c["setups"].items())
            lines.append(f"- {state}, {c['seeds']} seeds: {tried}")
    return "\n".join(lines) + "\n"


def plot(remedy: str, by_state: Mapping[str, Any]) -> str:
    """One SVG: share cured per set-up and over all, each with its interval."""
    bars = [
        (f"{state}: {name}", c)
        for state, all_ in by_state.items()
        for name, c in (*all_["setups"].items(), ("all", all_))
    ]
    height, scale = ROW * (len(bars) + 2), WIDTH - LEFT - 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>{remedy}: share of sick runs cured</title>",
    ]
    for share in (0.0, 0.5, 1.0):
        x = LEFT + share * scale
        parts.append(f'<line x1="{x}" y1="4" x2="{x}" y2="{height - ROW}" stroke="#ccc"/>')
        parts.append(f'<text x="{x}" y="{height - 8}" text-anchor="middle" fill="#666">{share:.0%}</text>')
    for i, (name, c) in enumerate(bars):
        y = ROW * i + 16
        low, high = (LEFT + v * scale for v in c["interval"])
        cured = LEFT + scale * c["cured"] / c["sick"] if c["sick"] else None
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#333">{name}</text>')
        parts.append(
            f'<line x1="{low:.1f}" y1="{y}" x2="{high:.1f}" y2="{y}" stroke="#888" stroke-width="2"/>'
        )
        if cured is not None:
            parts.append(f'<circle cx="{cured:.1f}" cy="{y}" r="4" fill="#06c"/>')
        parts.append(f'<text x="{WIDTH - 50}" y="{y + 4}" fill="#333">{c["cured"]}/{c["sick"]}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def write(document: Mapping[str, Any], docs: Path) -> None:
    """Write ``trials.md`` and ``trials/<remedy>.svg`` into the docs folder."""
    (docs / "trials").mkdir(parents=True, exist_ok=True)
    (docs / "trials.md").write_text(page(document))
    for remedy, by_state in document["remedies"].items():
        (docs / "trials" / f"{remedy}.svg").write_text(plot(remedy, by_state))


def _percent(interval: list[float]) -> str:
    return f"{interval[0]:.0%} to {interval[1]:.0%}"


def _effect(counts: Mapping[str, Any]) -> str:
    return "-" if counts["median_effect"] is None else f"{counts['median_effect']:+.3g}"
