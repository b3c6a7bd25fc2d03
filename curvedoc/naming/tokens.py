"""One logged name -> its words -> what it says by itself: split, quantity, or why it is no curve."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from . import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Set

_CHUNK = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W_]")
# `mAP50-95(B)`, `mAP_0.5:0.95`, `AP@[.5:.95]`, `AP50`, `AP .75`: the numbers belong to the name. Compiled
# only for names that have an "ap": start-up counts.
_AP = r"(?i)(?<![a-z])(?:coco)?m?ap[ _@\[]*"
_PRECISIONS = (
    (_AP + r"(?:50|0?\.50?)\s*[:\-_]\s*(?:0?\.)?95\]?", " mapcoco "),
    (_AP + r"(?:50|0?\.50?)(?![\d.])", " map50 "),
    (_AP + r"(?:75|0?\.75)(?![\d.])", " map75 "),
)
_LONGEST_PHRASE = max(len(p.split()) for p in v.PHRASES)
# Abbreviations without any separator.
_GLUED = {"trl": ("train", "loss"), "tel": ("test", "loss"), "vll": ("val", "loss")}


class Kind(Enum):
    """What a name stands for."""

    LOSS = "loss"
    METRIC = "metric"
    BARE = "bare"
    SPLIT_ONLY = "split only"
    NAMELESS = "nameless"
    UNKNOWN = "unknown"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """What a logged name says by itself.

    ``base`` is the canonical quantity word (``"loss"``, ``"accuracy"``), ``extra`` what qualifies it
    (``("box",)``), ``index`` its numbers, ``grain`` ``"epoch"``, ``"step"`` or ``""``; ``total`` marks a loss
    that says it is the sum. ``head`` is the first component of a path-like name (``"metrics"``).
    """

    kind: Kind
    split: str = ""
    base: str = ""
    extra: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    grain: str = ""
    total: bool = False
    head: str = ""
    reason: str = ""
    words: tuple[str, ...] = ()

    @property
    def quantity(self) -> str:
        """The part of a role behind the split: qualifiers, quantity, numbers (``"rpn_cls_loss"``)."""
        metric, bare = self.kind is Kind.METRIC, self.kind is Kind.BARE
        after = tuple(w for w in self.extra if bare or (metric and len(w) == 1))  # `map50-95_m`
        before = tuple(w for w in self.extra if w not in after)
        return "_".join(word for word in (*before, self.base, *after, *self.index) if word)

    @property
    def plain(self) -> bool:
        """Nothing qualifies the quantity."""
        return not self.extra and not self.index


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, whatever its separators or case; phrases become one word.

    ``"val/mAP50-95(B)"`` -> ``("val", "mapcoco", "b")``; ``"trainLoss"`` -> ``("train", "loss")``.
    """
    if not name.isascii():
        for word, english in v.CHINESE.items():
            name = name.replace(word, english)
    if name.startswith("l_") or "/l_" in name:  # BasicSR: `l_pix`, `l_g_gan`
        name = "/".join(part.replace("l_", "loss_", part.startswith("l_")) for part in name.split("/"))
    # Ultralytics marks the head: boxes, which every detector has, masks `(M)`, poses `(P)`.
    name = name.removesuffix("(B)")
    if "ap" in name.lower():
        for pattern, word in _PRECISIONS:
            name = re.sub(pattern, word, name)
    found: list[str] = []
    for chunk in _CHUNK.findall(name):
        found.extend(_split_chunk(chunk))
    return tuple(_merge_phrases(found))


def _split_chunk(chunk: str) -> list[str]:
    lower = chunk.lower()
    if lower in v.KNOWN:
        return [lower]
    if lower in _GLUED:
        return list(_GLUED[lower])
    parts = [p.lower() for p in _CAMEL.findall(chunk)]
    if len(parts) > 1:
        return _rejoin_digits(parts)
    return _unglue(lower)


def _rejoin_digits(parts: list[str]) -> list[str]:
    """``["top", "5"]`` -> ``["top5"]``: digits join the word before them, but a known word stays apart."""
    out: list[str] = []
    for part in parts:
        if part.isdigit() and out and (out[-1] + part in v.KNOWN or out[-1] not in v.KNOWN):
            out[-1] += part
        elif part in v.KNOWN or part.isdigit():
            out.append(part)
        else:
            out.extend(_unglue(part))
    return out


def _unglue(word: str) -> list[str]:
    """``"trainloss"`` -> ``["train", "loss"]``, ``"vloss"`` -> ``["v", "loss"]``."""
    for cut in range(1, len(word) - 1):
        left, right = word[:cut], word[cut:]
        quantity = right in v.LOSSES or right in v.METRICS
        if len(right) > 2 and quantity and (left in v.SPLITS or left in ("t", "v")):
            return [left, right]
        if left in v.LOSSES and right in v.SPLITS and len(right) > 2:
            return [left, right]
    return [word]


def _merge_phrases(found: list[str]) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(found):
        for n in range(min(_LONGEST_PHRASE, len(found) - i), 1, -1):
            phrase = " ".join(found[i : i + n])
            if phrase in v.PHRASES:
                out.extend(w for w in (v.PHRASES[phrase],) if w)
                i += n
                break
        else:
            out.append(found[i])
            i += 1
    return out


@lru_cache(4096)
def read_name(name: str) -> Name:
    """Read one logged name, without looking at any other."""
    text = name.strip()
    if text.upper().endswith(("__MIN", "__MAX")):
        return Name(Kind.IGNORED, reason=v.ALWAYS["min"])
    if " - " in text:  # W&B chart export: `run name - train/loss`
        short = read_name(text.rsplit(" - ", 1)[1])
        if short.kind in (Kind.LOSS, Kind.METRIC, Kind.BARE):
            return short
    if not text or _is_number(text):
        return Name(Kind.NAMELESS)
    return _read_words(text, words(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _components(text: str) -> list[str]:
    return text.replace("\\", "/").split("/")


def _read_words(text: str, all_words: tuple[str, ...]) -> Name:
    split, rest = _take_split(all_words)
    grain, rest = _take_grain(rest)
    if grain and all(w in v.FILLER for w in rest):
        if all(w in ("epoch", "epochs", "current") or w in v.SPLITS for w in all_words):
            return Name(Kind.BARE, base="epoch", words=all_words)
        return Name(Kind.IGNORED, reason=v.OTHERWISE["counter"], words=all_words)
    for word in rest:
        if word in v.ALWAYS:
            return Name(Kind.IGNORED, reason=v.ALWAYS[word], words=all_words)
    if not split and all(w in v.NAMELESS or w.isdigit() for w in rest):
        return Name(Kind.NAMELESS, words=all_words)
    core = ("grad_norm",) if rest == ("norm",) else tuple(w for w in rest if w not in v.FILLER)
    path = _components(text)
    head = " ".join(words(path[0])) if len(path) > 1 else ""
    index = tuple(w for w in core if w.isdigit())
    name = Name(Kind.UNKNOWN, split=split, index=index, grain=grain, head=head, words=all_words)
    core = tuple(w for w in core if not w.isdigit())
    if not core and {"metric", "metrics"} & set(rest):
        return replace(name, kind=Kind.METRIC, base="metric")
    if split and not core:
        return replace(name, kind=Kind.SPLIT_ONLY)
    return _classify(name, core, _namespace_only(text))


def _classify(name: Name, core: tuple[str, ...], namespace_only: bool) -> Name:
    """Find the quantity among the words that carry meaning; what is left qualifies it."""
    losses = [w for w in core if w in v.LOSSES]
    metrics = [w for w in core if w in v.METRICS]
    if _is_no_loss(core, losses, metrics, namespace_only):
        losses = []
    if (
        losses and not namespace_only and core[-1] in ("value", "values")
    ):  # `loss_value`, but not `Loss/value`
        core = core[:-1]
    bare = next((v.BARE[w] for w in core if w in v.BARE), "")
    if bare and not losses and not metrics:
        same = {w for w in core if v.BARE.get(w) == bare}
        return replace(name, kind=Kind.BARE, base=bare, extra=_without(core, same | {"x"} | v.TOTAL))
    for word in core[-1:] if losses or metrics else reversed(core):
        if word in v.OTHERWISE and word not in losses:
            return Name(Kind.IGNORED, reason=v.OTHERWISE[word], words=name.words)
    if losses:
        base = "loss" if any(v.LOSSES[w] == "loss" for w in losses) else v.LOSSES[losses[0]]
        same = {w for w in core if v.LOSSES.get(w) == base}
        total = bool(v.TOTAL & set(core))
        extra = _without(core, same | v.TOTAL)
        return replace(name, kind=Kind.LOSS, base=base, extra=extra, total=total)
    if metrics:
        base = v.METRICS[_metric_base(metrics)].quantity
        same = {w for w in core if w in v.METRICS and v.METRICS[w].quantity in (base, base[len("top5_") :])}
        return replace(
            name,
            kind=Kind.METRIC,
            base=base,
            extra=_without(core, same | {"score", "loss", "losses", "ep", "episode"} | v.TOTAL),
        )
    return replace(name, extra=core)


def _is_no_loss(core: tuple[str, ...], losses: list[str], metrics: list[str], namespace_only: bool) -> bool:
    """Whether a loss word only qualifies: `Loss/entropy`, `MulticlassAccuracy`, `lm loss ppl`."""
    reported = any(v.METRICS[w].rank < 50 for w in metrics)
    if namespace_only and (reported or any(w in v.OTHERWISE or w in v.BARE for w in core)):
        return True
    if any(v.METRICS[w].quantity == "perplexity" for w in metrics):
        return True
    last = next((w for w in reversed(core) if w in v.LOSSES or w in v.METRICS), "")
    return reported and last in v.METRICS and all(v.LOSSES[w] != "loss" for w in losses)


def _without(core: tuple[str, ...], drop: Set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w for w in core if w not in drop))


def _metric_base(metrics: list[str]) -> str:
    """The word that decides: the last, as in English; but `error_top1` is an error, `mse_error` an MSE."""
    errors = [w for w in metrics if v.METRICS[w].quantity == "error"]
    others = [w for w in metrics if w not in errors and w != "score"]
    if errors and all(v.METRICS[w].quantity in ("accuracy", "top5_accuracy") for w in others):
        return errors[0]
    return others[-1] if others else metrics[-1]


def _take_split(all_words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The split named last, and the words without any split word."""
    marked = [v.SPLITS.get(w, v.FIRST_ONLY.get(w, "") if i == 0 else "") for i, w in enumerate(all_words)]
    split = next((m for m in reversed(marked) if m), "")
    return split, tuple(w for w, m in zip(all_words, marked, strict=True) if not m)


def _take_grain(rest: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    grains = [v.GRAIN[w] for w in rest if w in v.GRAIN]
    grain = "step" if "step" in grains else (grains[0] if grains else "")
    return grain, tuple(w for w in rest if w not in v.GRAIN)


def _namespace_only(text: str) -> bool:
    """Whether `loss` stands only in the path before the last component (`Loss/scores/fake`)."""
    parts = _components(text)
    return len(parts) > 1 and not any(w in v.LOSSES for w in words(parts[-1]))
