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
from curvedoc.wire import MalformedError

from .event import parse_event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

_SPLITS = {
    "train": "train|training|learn",
    "val": "val|valid|validation|eval|evaluation",
    "test": "dev|test|testing",
}
_ALL = "|".join(_SPLITS.values())
# Not `train2`: Ultralytics calls its next run so. But CatBoost has `test1`, an estimator `eval_name`.
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
    inside: dict[Path, list[Path]] = {}
    for file in sorted(files):
        if file.parent not in found:
            inside.setdefault(file.parent.parent, []).append(file.parent)
        found.setdefault(file.parent, []).append(file)
    runs: dict[Path, list[Path]] = {}
    for directory in found:
        home = _home(directory, root, found)
        if home != root and _is_part(home, found, inside[home.parent]):
            home = home.parent
        runs.setdefault(home, []).extend(found[directory])
    return [(_run_name(home, root), tuple(found)) for home, found in sorted(runs.items())]


def series_names(tags: Collection[str], directory: Path, base: Path) -> dict[str, str | None]:
    """What to call the series of each tag in a directory of a run; None for closing values of add_hparams.

    ``tags``: all tags of the directory; ``base``: the directory that holds the whole run.
    """
    inside = directory.relative_to(base).as_posix() if directory != base else ""
    own = directory.absolute().name
    if len(tags) == 1:
        (tag,) = tags
        if part := _part_of_add_scalars(tag, inside):
            return {tag: f"{tag}/{part}"}
    if inside and _HPARAMS_DIRECTORY.fullmatch(directory.name):
        return dict.fromkeys(tags)
    split = _split_of(_SPLIT_DIRECTORY.fullmatch(own))
    if split and not inside:
        # A lone `test/`, or a lone `train/` that holds `val/loss`, is a run that somebody called so.
        said = {_split_of(_SPLIT_TAG.match(tag)) for tag in tags}
        split = split if split != "test" and said <= {split, ""} else ""
    if split:
        return {tag: tag if _SPLIT_TAG.match(tag) else f"{own}/{tag}" for tag in tags}
    return {tag: f"{inside}/{tag}" if inside else tag for tag in tags}


def _home(directory: Path, root: Path, found: dict[Path, list[Path]]) -> Path:
    """The directory whose writer made the event files in ``directory``: itself, or one above it."""
    above = directory
    while above != root and above != above.parent:
        above = above.parent
        if above in found:
            inside = directory.relative_to(above).as_posix()
            ours = _part_of_add_scalars(_first_tag(found[directory][0]), inside)
            if ours or _HPARAMS_DIRECTORY.fullmatch(inside):
                return _home(above, root, found)
            return directory
    return directory


def _is_part(directory: Path, found: dict[Path, list[Path]], beside: Sequence[Path]) -> bool:
    """Whether a directory is one split of the run in the directory above it."""
    split = _split_of(_SPLIT_DIRECTORY.fullmatch(directory.name))
    if not split:
        return False
    twins = sum(bool(_SPLIT_DIRECTORY.fullmatch(other.name)) for other in beside) - 1
    # A lone `test/`, or one among other runs, is one of them; with a twin or a run above it is a part.
    return directory.parent in found or twins > 0 or (len(beside) == 1 and split != "test")


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
