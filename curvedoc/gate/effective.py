"""``curvedoc check --show-config``: the effective policy, and where each of its values comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curvedoc.wording import clean

from .keys import KEYS, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .policies import Place, Policies

    Said = Mapping[str, tuple[Any, str]]

# Longer values do not move the remarks behind the shorter ones.
WIDE = 60


def as_toml(policies: Policies, baseline: Said | None = None) -> str:
    """As a ``curvedoc.toml`` would say it; reading it again gives the same policies.

    ``baseline``: what is said of a baseline, by key, each with where it was said.
    """
    blocks = [_block("[check]", _lines(policies.everywhere))]
    if baseline:
        written = {key: (f"{key} = {_toml(value)}", origin) for key, (value, origin) in baseline.items()}
        blocks.append(_block("[check.baseline]", list(written.values())))
    blocks += [_block(f"[paths.{quoted(place.pattern)}.check]", _lines(place)) for place in policies.places]
    last = (
        "\n# Of several patterns that fit a path the last one counts.\n" if len(policies.places) > 1 else ""
    )
    return "\n".join(blocks) + last


def _lines(place: Place) -> list[tuple[str, str]]:
    lines = []
    for key, how in KEYS.items():
        value = _of(place, key)
        said = f"# {key}: no limit" if value is None else f"{key} = {how.write(value)}"
        lines.append((said, place.origins[key]))
    return lines


def _of(place: Place, key: str) -> Any:
    return getattr(place.policy, key.replace("-", "_"))


def _block(head: str, lines: Sequence[tuple[str, str]]) -> str:
    wide = max((len(said) for said, _ in lines if len(said) <= WIDE), default=0)
    return "\n".join([head, *(f"{said.ljust(wide)}  # {clean(origin)}" for said, origin in lines)]) + "\n"


def _toml(value: Any) -> str:
    """A value as TOML has it: strings, numbers, true and false, and lists of them."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


def as_json(policies: Policies, baseline: Said | None = None) -> str:
    """``{"check": {key: {"value": …, "from": …}}, "paths": {pattern: the same}}``."""
    import json

    check: dict[str, Any] = {key: _plain(key, policies.everywhere) for key in KEYS}
    if baseline:
        check["baseline"] = {k: {"value": value, "from": origin} for k, (value, origin) in baseline.items()}
    paths = {place.pattern: {key: _plain(key, place) for key in KEYS} for place in policies.places}
    return json.dumps({"check": check, "paths": paths}, indent=2, default=str) + "\n"


def _plain(key: str, place: Place) -> dict[str, Any]:
    """A value in JSON's own types, written as a settings file has it, and where it comes from."""
    import tomllib

    value = _of(place, key)
    read = None if value is None else tomllib.loads(f"value = {KEYS[key].write(value)}")["value"]
    return {"value": read, "from": place.origins[key]}
