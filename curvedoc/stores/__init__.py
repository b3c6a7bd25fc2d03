"""Experiment trackers on disk: where they lie, and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

AIM = ".aim"
"""The directory of an Aim repository, which a search lists as if it were a file."""

DATABASES = (".db", ".sqlite", ".sqlite3")
"""Endings of files that may be a tracking database of MLflow."""

SQLITE = b"SQLite format 3\0"
"""How every SQLite database begins."""

WANDB_FILE = ".wandb"

META = "meta.yaml"
"""MLflow's description of an experiment, and of each run in it."""

RUN_NAME = "mlflow.runName"
"""The tag of MLflow that names a run: a file in ``tags/``, a key in the database."""


def may_belong(folders: Sequence[str], name: str) -> bool:
    """Whether a file that has no ending of a log may belong to a store, by the directories it lies in."""
    return name in (META, RUN_NAME) or name.endswith((WANDB_FILE, *DATABASES)) or "metrics" in folders
