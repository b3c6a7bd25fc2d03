"""[tool.curvedoc] in pyproject.toml, or curvedoc.toml: what a project always wants.

Flags of the command line win over the file. The nearest file upward from the working directory is used;
in one directory ``curvedoc.toml`` comes before ``pyproject.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

READING_KEYS = ("map", "metric", "x", "reader")
KEYS = (*READING_KEYS, "check", "paths")
CHECK_KEYS = ("fail-on", "min-confidence")


@dataclass(frozen=True)
class Settings:
    """What a settings file says; a key that is absent is None or empty.

    ``map``: role -> logged name. ``fail_on`` and ``min_confidence`` are the table ``check``. ``paths``: a
    pattern of paths -> what is different there (map, metric, x, reader), in the order of the file. ``path``
    is the file the values come from.
    """

    map: Mapping[str, str] = field(default_factory=dict)
    metric: str | None = None
    x: str | None = None
    reader: str | None = None
    fail_on: tuple[str, ...] = ()
    min_confidence: float | None = None
    paths: Mapping[str, Settings] = field(default_factory=dict)
    path: Path | None = None


def load(start: Path) -> Settings:
    """Settings of the nearest file in ``start`` or above it; the defaults when there is none.

    Raises :class:`UsageError` when that file cannot be parsed or holds an unknown key or a wrong type.
    """
    for folder in (start, *start.parents):
        for name in ("curvedoc.toml", "pyproject.toml"):
            table = _table(folder / name)
            if table is not None:
                return _settings(table, folder / name)
    return Settings()


def _table(path: Path) -> dict[str, Any] | None:
    """The table of curvedoc in a file; None when the file is absent or does not speak of curvedoc."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if path.name == "pyproject.toml" and b"tool.curvedoc" not in data:
        return None  # parsing a stranger's file would cost time and could only bring their errors
    import tomllib

    try:
        table: Any = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"not valid TOML: {error}", "Correct the file.", str(path)) from error
    if path.name == "pyproject.toml":
        tool = table.get("tool", {})
        table = tool.get("curvedoc") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError("tool.curvedoc is not a table", "Write it as [tool.curvedoc].", str(path))
    return table


def _settings(table: Mapping[str, Any], path: Path) -> Settings:
    where = str(path)
    _known(table, KEYS, where)
    check = table.get("check", {})
    if not isinstance(check, dict):
        raise UsageError(
            "'check' is not a table", 'Write [tool.curvedoc.check] and below it fail-on = ["…"].', where
        )
    _known(check, CHECK_KEYS, where)
    return replace(
        _reading(table, where),
        paths=_paths(table.get("paths", {}), where),
        fail_on=_names(check.get("fail-on", ()), where),
        min_confidence=_fraction(check.get("min-confidence"), where),
        path=path,
    )


def _reading(table: Mapping[str, Any], where: str) -> Settings:
    """The keys that say how logs are read."""
    return Settings(
        map=_strings(table.get("map", {}), where),
        metric=_string(table, "metric", where),
        x=_string(table, "x", where),
        reader=_string(table, "reader", where),
    )


def _paths(value: object, where: str) -> dict[str, Settings]:
    if not isinstance(value, dict) or not all(isinstance(own, dict) for own in value.values()):
        raise UsageError(
            "'paths' is not a table of tables",
            'Write [tool.curvedoc.paths."mnist/*"] and below it metric = "f1".',
            where,
        )
    for own in value.values():
        _known(own, READING_KEYS, where)
    return {pattern: _reading(own, where) for pattern, own in value.items()}


def _known(table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    for key in table:
        if key not in keys:
            raise UsageError(
                f"unknown setting '{key}'.{nearest(key, keys)}", f"Known: {', '.join(keys)}.", where
            )


def _string(table: Mapping[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"'{key}' is not a string: {value!r}", f'Write {key} = "name".', where)
    return value


def _strings(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise UsageError(
            "'map' is not a table of strings", 'Write map = { "train/loss" = "my column" }.', where
        )
    return value


def _names(value: object, where: str) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        raise UsageError("'fail-on' is not a list of strings", 'Write fail-on = ["overfitting"].', where)
    return tuple(name.strip() for entry in names for name in entry.split(",") if name.strip())


def _fraction(value: object, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UsageError(
            f"'min-confidence' is not a number from 0 to 1: {value!r}", "Write min-confidence = 0.8.", where
        )
    return float(value)
