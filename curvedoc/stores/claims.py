"""Which of the files below a directory belong to an experiment tracker, and to which of its stores.

A store is read whole by its own reader: what else lies in it (artifacts, printed output, summaries) tells of
the same runs a second time and is no log of its own.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from . import AIM, DATABASES, META, RUN_NAME, SQLITE, WANDB_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WANDB_HISTORY = "wandb-history.jsonl"

_SACRED = ("metrics.json", "run.json")
_NO_METRICS = 4  # bytes: `{}` and a line end; without metrics the printed output is the log
_LATEST = "latest-run"  # W&B's link to one of the directories beside it
_RUN_FOLDER = rf"(?:offline-)?run-\d{{8}}_\d{{6}}-\w+|{_LATEST}"
_BESIDE_RUNS = r"debug.*\.log|wandb-resume\.json"  # W&B, in the directory of the runs
_LOOK = 4096  # bytes of metrics.json: the first name and its first list


@dataclass(frozen=True, slots=True)
class Store:
    """What one reader reads at once.

    ``kind``: the id of the reader; ``path``: the directory (or file) to be shown; ``name``: where it lies
    below the directory that is searched.
    """

    kind: str
    path: Path
    files: tuple[Path, ...]
    name: str = ""


def claim(root: Path, files: Sequence[Path]) -> tuple[list[Store], list[Path]]:
    """The stores below ``root`` and the files that belong to none, both in the order of ``files``.

    ``files``: all files below ``root``, sorted within each directory, :data:`AIM` directories among them.
    """
    by_name: dict[str, list[Path]] = {}
    for file in files:
        name = file.name
        if name in _TELLING or name.endswith((WANDB_FILE, *DATABASES)):
            key = WANDB_FILE if name.endswith(WANDB_FILE) else "db" if name.endswith(DATABASES) else name
            by_name.setdefault(key, []).append(file)
    if not by_name:
        return [], list(files)
    stores, folders, single = [], set(), set()
    found = (
        *((Store("aim", file, (file,)), {file}) for file in by_name.get(AIM, ())),
        *_mlflow(root, by_name.get(META, []), files),
        *((Store("mlflow", file, (file,)), {file}) for file in by_name.get("db", ()) if _is_sqlite(file)),
        *_wandb(by_name.get(WANDB_FILE, []), by_name.get(WANDB_HISTORY, [])),
        *_sacred(*(by_name.get(name, []) for name in _SACRED)),
    )
    for store, owned in found:
        stores.append(store)
        folders |= owned - set(store.files)
        single |= owned
    beside = {folder.parent for folder in folders if re.fullmatch(_RUN_FOLDER, folder.name)}
    rest = [
        file
        for file in files
        if file not in single
        and not (file.parent in beside and re.fullmatch(_BESIDE_RUNS, file.name))
        and folders.isdisjoint(_up_to(root, file))
    ]
    stores.sort(key=lambda store: str(store.path))
    return [replace(store, name=_name(root, store.path)) for store in stores], rest


_TELLING = frozenset([AIM, META, WANDB_HISTORY, *_SACRED])


def _name(root: Path, path: Path) -> str:
    return Path(os.path.abspath(root)).name if path == root else path.relative_to(root).as_posix()  # noqa: PTH100


def _up_to(root: Path, file: Path) -> Iterator[Path]:
    """The directories that a file lies in, up to the root."""
    for folder in file.parents:
        yield folder
        if folder == root:
            return


def _mlflow(root: Path, metas: list[Path], files: Sequence[Path]) -> Iterator[tuple[Store, set[Path]]]:
    """One store for all experiments side by side; or the experiment or run alone where that was named."""
    described = {meta.parent: meta for meta in metas}
    single: dict[Path, bool] = {}  # folders that lie in no experiment: whether they are runs
    stores: dict[Path, dict[Path, None]] = {}
    of_store: dict[Path, list[Path]] = {}
    for file in files if described else ():
        above = [folder for folder in _up_to(root, file) if folder in described][::-1]
        if not above:
            continue
        top = above[0]  # the experiment, or a run alone
        if len(above) == 1 and top not in single:
            single[top] = _names_a_run(described[top])
        alone = len(above) == 1 and single[top]
        run = top if alone else above[1] if len(above) > 1 and above[1].parent == top else None
        inside = file.relative_to(run).parts if run else ()
        if run is None or inside[0] not in (META, "metrics", "tags"):
            continue
        store = top if alone or top == root else top.parent
        stores.setdefault(store, {})[top] = None
        if inside[0] != "tags" or inside[-1] == RUN_NAME:
            of_store.setdefault(store, []).append(file)
    for store, tops in stores.items():
        about = [described[top] for top in tops if not single.get(top)]
        yield Store("mlflow", store, (*about, *of_store[store])), set(tops)


def _names_a_run(meta: Path) -> bool:
    return re.search(rb"^run_(?:id|uuid):", _head(meta, _LOOK), re.MULTILINE) is not None


def _is_sqlite(file: Path) -> bool:
    return _head(file, len(SQLITE)) == SQLITE


def _head(file: Path, size: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(size)
    except OSError:
        return b""


def _wandb(logs: list[Path], histories: list[Path]) -> Iterator[tuple[Store, set[Path]]]:
    """A store for each run; what a resumed run logged into several directories is one."""
    runs: dict[Path, list[Path]] = {}
    for log in logs:
        in_its_folder = re.fullmatch(_RUN_FOLDER, log.parent.name)
        runs.setdefault(log.parent.parent / log.name if in_its_folder else log, []).append(log)
    owned: set[Path] = set()
    for parts in runs.values():
        parts.sort(key=lambda part: (part.parent.name.removeprefix("offline-"), part.name))
        folders = {part.parent for part in parts if re.fullmatch(_RUN_FOLDER, part.parent.name)}
        owned |= folders
        dated = [part for part in parts if part.parent.name != _LATEST] or parts  # a link that was followed
        yield Store("wandb", dated[-1], tuple(dated)), folders | set(parts)
    for history in histories:
        folder = history.parent.parent if history.parent.name == "files" else history.parent
        if folder not in owned:
            yield Store("wandb", folder, (history,)), {folder}


def _sacred(metrics: list[Path], runs: list[Path]) -> Iterator[tuple[Store, set[Path]]]:
    about = {run.parent: run for run in runs}
    for file in metrics:
        run = about.get(file.parent)
        head = _head(file, _LOOK) if run else b""
        if run and len(head) > _NO_METRICS and b'"steps"' in head:
            yield Store("sacred", file.parent, (file, run)), {file.parent}
