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


@dataclass(frozen=True)
class Settings:
    """What a settings file says; a key that is absent is None or empty.

    ``map``: role -> logged name. ``paths``: a pattern of paths -> what is different there (map, metric, x,
    reader), in the order of the file. ``check`` and ``checks`` (by pattern) are the policies of the gate as
    they stand in the file: :mod:`curvedoc.gate` knows what they mean. ``path`` is the file the values come
    from.
    """

    map: Mapping[str, str] = field(default_factory=dict)
    metric: str | None = None
    x: str | None = None
    reader: str | None = None
    paths: Mapping[str, Settings] = field(default_factory=dict)
    check: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
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


def load_file(path: Path) -> Settings:
    """Settings of one file that the user named; raises :class:`UsageError` when it holds none."""
    table = _table(path)
    if table is None:
        there = path.is_file()
        raise UsageError(
            "holds no [tool.curvedoc]" if there else "no such file",
            "Name a curvedoc.toml, or a pyproject.toml with [tool.curvedoc].",
            str(path),
        )
    return _settings(table, path)


def _table(path: Path) -> dict[str, Any] | None:
    """The table of curvedoc in a file; None when the file is absent or does not speak of curvedoc."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if path.name == "pyproject.toml":
            return None  # a stranger's, above the working directory
        raise UsageError(f"cannot be read: {error.strerror}", "Make it readable.", str(path)) from error
    if path.name == "pyproject.toml" and b"curvedoc" not in data:
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
    known(table, KEYS, where)
    paths = _tables(table.get("paths", {}), where)
    for pattern, own in paths.items():
        known(own, (*READING_KEYS, "check"), where, f'[paths."{pattern}"] ')
    # Who only writes a policy for a pattern leaves alone what other patterns say of reading.
    reading = {pattern: own for pattern, own in paths.items() if set(own) != {"check"}}
    return replace(
        _reading(table, where),
        paths={pattern: _reading(own, where) for pattern, own in reading.items()},
        check=_check(table, where),
        checks={pattern: _check(own, where) for pattern, own in paths.items() if "check" in own},
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


def _tables(value: object, where: str) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(own, dict) for own in value.values()):
        raise UsageError(
            "'paths' is not a table of tables",
            'Write [tool.curvedoc.paths."mnist/*"] and below it metric = "f1".',
            where,
        )
    return value


def _check(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    check = table.get("check", {})
    if not isinstance(check, dict):
        raise UsageError(
            "'check' is not a table", 'Write [tool.curvedoc.check] and below it fail-on = ["…"].', where
        )
    return check


def known(table: Mapping[str, Any], keys: Iterable[str], where: str, place: str = "") -> None:
    """Raise :class:`UsageError` for a key that is not among ``keys``; ``place`` names the table."""
    for key in table:
        if key not in keys:
            raise UsageError(
                f"{place}unknown setting '{key}'.{nearest(key, keys)}", f"Known: {', '.join(keys)}.", where
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
