"""Which files of a search make up one run, and what the runs are called."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .source import Source, unpacked_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .errors import CurvedocError

SUFFIXES = frozenset([".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".log", ".out", ".err", ".md"])
"""Endings (also with ``.gz``) that a search looks at; a file that is named is read whatever its ending."""

_NUMBERED = r"(.*(?:epoch|step|iter|iteration)[_\-]?)(\d+)(\.json(?:\.gz)?)"
_CATBOOST = r"(learn|test)_error\.tsv"
_TENSORBOARD_CSV = r"(run-.*?)-?tag-.+\.csv"
_CHECKPOINT = r"checkpoint-(\d+)"


def stem(name: str) -> str:
    """A file's name without ``.gz`` and without its ending."""
    name = unpacked_name(name)
    start, dot, end = name.rpartition(".")
    return start if dot and start and f".{end.lower()}" in SUFFIXES else name


def newest_states(files: list[Path]) -> list[Path]:
    """Without the trainer states of earlier checkpoints, which the next ones hold too."""
    states: dict[Path, list[tuple[float, Path]]] = {}
    for file in files:
        if file.name == "trainer_state.json":
            checkpoint = re.fullmatch(_CHECKPOINT, file.parent.name)
            run = file.parent.parent if checkpoint else file.parent
            states.setdefault(run, []).append((float(checkpoint[1]) if checkpoint else float("inf"), file))
    older = {file for found in states.values() for file in [f for _, f in sorted(found)][:-1]}
    return [file for file in files if file not in older]


def together(root: Path, files: Iterable[Path]) -> list[tuple[str, list[Path]]]:
    """Files as runs: one file per epoch, per split (CatBoost) or per tag (TensorBoard's CSV) are one run."""
    runs: dict[str, list[Path]] = {}
    for file in files:
        folder = file.parent.relative_to(root)
        numbered = re.fullmatch(_NUMBERED, file.name)
        tagged = re.fullmatch(_TENSORBOARD_CSV, file.name)
        if numbered:
            name = numbered[1].rstrip("_-")
        elif re.fullmatch(_CATBOOST, file.name):
            name = "error"
        elif tagged:
            name = tagged[1]
        else:
            name = file.name
        runs.setdefault(str(folder / name), []).append(file)
    return [(_run_name(name, group), _in_order(group)) for name, group in runs.items()]


def _run_name(name: str, group: list[Path]) -> str:
    head, tail = os.path.split(name)
    single = len(group) == 1 and tail == group[0].name
    return os.path.join(head, stem(tail)) if single else name  # noqa: PTH118


def _in_order(group: list[Path]) -> list[Path]:
    """Files of one run by the number in their names."""

    def number(file: Path) -> tuple[int, str]:
        match = re.fullmatch(_NUMBERED, file.name)
        return (int(match[2]) if match else 0, file.name)

    return sorted(group, key=number)


def told_apart(found: list[Source | CurvedocError]) -> list[Source | CurvedocError]:
    """Each file once, and names that differ: of equal ones the directories are put in front."""

    def key_of(source: Source) -> tuple[str, ...]:
        # Two addresses may differ in their query alone, which no path shows.
        urls = [getattr(getattr(f, "content", None), "url", "") for f in source.files]
        return tuple(u or os.path.abspath(f) for u, f in zip(urls, source.files, strict=True))  # noqa: PTH100

    # A path that was named is never passed over, so it goes before the same file found by a search.
    asked = {key_of(source) for source in found if isinstance(source, Source) and not source.root}
    seen: set[tuple[str, ...]] = set()
    kept: list[Source | CurvedocError] = []
    for source in found:
        if isinstance(source, Source):
            key = key_of(source)
            if key in seen or (source.root and key in asked):
                continue
            seen.add(key)
        kept.append(source)
    named = [s for s in kept if isinstance(s, Source)]
    names = _distinct([s.name for s in named], [s.path for s in named])
    fresh = iter(names)
    return [replace(s, name=next(fresh)) if isinstance(s, Source) else s for s in kept]


def _distinct(names: list[str], paths: list[str]) -> list[str]:
    """Names with their endings, and as many parent directories in front as it takes to tell them apart."""
    depth = 0
    places = [(n, str(Path(p).parent)) for n, p in zip(names, paths, strict=True)]
    twins = {place for place, times in Counter(places).items() if times > 1}  # slurm-1.out, slurm-1.err
    names = [
        os.path.join(os.path.split(n)[0], Path(p).name) if (n, up) in twins else n  # noqa: PTH118
        for (n, up), p in zip(places, paths, strict=True)
    ]
    while len(set(names)) < len(names) and depth < 12:
        depth += 1
        names = [
            "/".join([*Path(p).parent.parts[-depth:], Path(n).name]) if names.count(n) > 1 else n
            for n, p in zip(names, paths, strict=True)
        ]
    return names
