"""Which event files belong to one run, and what their directories add to the names in them.

TensorBoard calls every directory a run. People mean more by it: Keras writes ``train/`` and
``validation/``, an estimator ``eval/``, CatBoost ``learn/`` and ``test/``; PyTorch gives each curve of
``add_scalars`` a directory of its own, and ``add_hparams`` another one for its result.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from curvedoc.tfrecord import read_chunks, starts_like_records

from .event import MalformedError, parse_event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

_SPLITS = {
    "train": "train|training|learn",
    "val": "val|valid|validation|eval|evaluation",
    "test": "dev|test|testing",
}
_ALL = "|".join(_SPLITS.values())
# Not `train2`: Ultralytics calls the next run so. `test1`: a further set of CatBoost, `eval_x`: of an estimator.
_SPLIT_DIRECTORY = re.compile(rf"({_ALL})|(test)\d|(eval)_\w+", re.IGNORECASE)
_SPLIT_TAG = re.compile(rf"({_ALL})/|(train|val|valid|validation|test|eval)_", re.IGNORECASE)
_HPARAMS_DIRECTORY = re.compile(r"\d{9,11}\.\d+")  # str(time.time())
_PEEK = 4096  # bytes; a curve of add_scalars begins right behind the file's version


def is_event_file(path: Path) -> bool:
    """Whether a file is a TensorBoard event file, by its name or else by its first record; never raises."""
    if "tfevents" in path.name:
        return True
    try:
        with path.open("rb") as file:
            return is_event_head(file.read(64))
    except OSError:
        return False


def is_event_head(head: bytes) -> bool:
    """Whether these first bytes of a file are those of an event file (other TFRecord files are not)."""
    # Every writer puts the wall time (field 1, eight bytes) first.
    return (
        starts_like_records(head)
        and head[12:13] == b"\x09"
        and head[21:22] in (b"\x10", b"\x1a", b"\x22", b"*")
    )


def group(root: Path, files: Sequence[Path]) -> list[tuple[str, tuple[Path, ...]]]:
    """Sort the event files below ``root`` into runs: the name (path below ``root``) and the files of each."""
    found: dict[Path, list[Path]] = {}
    for file in sorted(files):
        found.setdefault(file.parent, []).append(file)
    runs: dict[Path, list[Path]] = {}
    for directory in found:
        runs.setdefault(_home(directory, root, found), []).extend(found[directory])
    return [(_run_name(home, root), tuple(found)) for home, found in sorted(runs.items())]


def series_name(tag: str, tags: Collection[str], directory: Path, base: Path) -> str | None:
    """What to call the series of a tag in a directory of a run; None for the closing values of add_hparams.

    ``tags``: all tags of the file; ``base``: the directory that holds the whole run.
    """
    inside = directory.relative_to(base).as_posix() if directory != base else ""
    part = _part_of_add_scalars(tag, inside) if len(tags) == 1 and inside else ""
    if part:
        return f"{tag}/{part}"
    if inside and _HPARAMS_DIRECTORY.fullmatch(directory.name):
        return None
    own = directory.absolute().name
    split = _split_of(_SPLIT_DIRECTORY.fullmatch(own))
    said = {_split_of(_SPLIT_TAG.match(other)) for other in tags} - {""} if not inside else set()
    if split and (inside or (split != "test" and said <= {split})):
        return tag if _SPLIT_TAG.match(tag) else f"{own}/{tag}"
    # A lone `test/`, or a lone `train/` that holds `val/loss`, is a run that somebody called so.
    return f"{inside}/{tag}" if inside else tag


def _home(directory: Path, root: Path, found: dict[Path, list[Path]]) -> Path:
    """The directory of the run that the event files in ``directory`` belong to."""
    if directory == root:
        return root
    below_root = [p for p in directory.parents if p == root or root in p.parents]
    above = next((p for p in below_root if p in found), None)
    if above is not None:
        inside = directory.relative_to(above).as_posix()
        if _HPARAMS_DIRECTORY.fullmatch(inside) or _part_of_add_scalars(
            _first_tag(found[directory][0]), inside
        ):
            return _home(above, root, found)
    split = _split_of(_SPLIT_DIRECTORY.fullmatch(directory.name))
    if not split:
        return directory
    beside = [d for d in found if d.parent == directory.parent and d != directory]
    others = [d for d in beside if not _SPLIT_DIRECTORY.fullmatch(d.name)]
    # A lone `test/` among other runs is one of them; with a twin, above or alone it is a part of one.
    together = directory.parent in found or len(beside) > len(others) or (not others and split != "test")
    return directory.parent if together else directory


def _split_of(match: re.Match[str] | None) -> str:
    """``"train"``, ``"val"`` or ``"test"`` for what a pattern of splits matched, ``""`` for nothing."""
    word = next(filter(None, match.groups()), "").lower() if match else ""
    return next((split for split, words in _SPLITS.items() if word in words.split("|")), "")


def _part_of_add_scalars(tag: str, inside: str) -> str:
    """The name of the curve if add_scalars made the directory ``inside`` for one of ``tag``, else ``""``.

    PyTorch: ``Loss/main`` and ``train`` -> ``Loss_main_train``; tensorboardX: ``Loss/main/train``.
    """
    for beginning in (tag.replace("/", "_") + "_", tag + "/"):
        if tag and inside.startswith(beginning):
            return inside[len(beginning) :]
    return ""


def _first_tag(path: Path) -> str:
    """The tag of the first value near the beginning of an event file; ``""`` without one."""
    try:
        for chunk in islice(read_chunks(path, _PEEK), 1):
            for start, length in zip(chunk.starts, chunk.lengths, strict=True):
                for value in parse_event(chunk.data, start, start + length).values:
                    return value.tag.decode("utf-8", "replace")
    except (OSError, MalformedError):
        pass
    return ""


def _run_name(home: Path, root: Path) -> str:
    return root.absolute().name if home == root else home.relative_to(root).as_posix()
