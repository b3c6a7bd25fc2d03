"""``curvedoc check --show-config``: the effective policy, and where each of its values comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curvedoc.wording import clean

from .keys import KEYS, quoted

if TYPE_CHECKING:
    from .policies import Place, Policies


def as_toml(policies: Policies) -> str:
    """As a ``curvedoc.toml`` would say it; reading it again gives the same policies."""
    blocks = [_block("[check]", policies.everywhere)]
    blocks += [_block(f"[paths.{quoted(place.pattern)}.check]", place) for place in policies.places]
    last = "# Of several patterns that fit a path the last one counts.\n" if len(policies.places) > 1 else ""
    return "\n".join(blocks) + ("\n" + last if last else "")


def _block(head: str, place: Place) -> str:
    lines = []
    for key, how in KEYS.items():
        value = getattr(place.policy, key.replace("-", "_"))
        said = f"# {key}: no limit" if value is None else f"{key} = {how.write(value)}"
        lines.append((said, clean(place.origins[key])))
    wide = max(len(said) for said, _ in lines if len(said) <= WIDE)
    return "\n".join([head, *(f"{said.ljust(wide)}  # {origin}" for said, origin in lines)]) + "\n"


# Longer values do not move the remarks behind the shorter ones.
WIDE = 60


def as_json(policies: Policies) -> str:
    """``{"check": {key: {"value": …, "from": …}}, "paths": {pattern: the same}}``."""
    import json

    paths = {place.pattern: _values(place) for place in policies.places}
    return json.dumps({"check": _values(policies.everywhere), "paths": paths}, indent=2) + "\n"


def _values(place: Place) -> dict[str, dict[str, Any]]:
    return {key: {"value": _plain(key, place), "from": place.origins[key]} for key in KEYS}


def _plain(key: str, place: Place) -> Any:
    """The value in JSON's own types, written as a settings file has it."""
    import tomllib

    value = getattr(place.policy, key.replace("-", "_"))
    if value is None:
        return None
    read = tomllib.loads(f"value = {KEYS[key].write(value)}")["value"]
    if key == "allow":
        return [{**entry, "until": entry["until"].isoformat()} for entry in read]
    return read
