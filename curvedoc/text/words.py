"""The words that decide what a name in a line is: a counter, a split, a unit, or no report at all."""

from __future__ import annotations

import re
from functools import lru_cache

from curvedoc.columns import bare, is_clock, is_counter, is_progress, priority
from curvedoc.naming.tokens import Kind, read_name
from curvedoc.naming.vocabulary import word_set

SPLIT = re.compile(
    r"(?:training|train|trn|validation|validating|valid|validate|val|evaluation|evaluating|evaluate|eval|testing|"
    r"test|dev|holdout)",
    re.IGNORECASE,
)
INNER = re.compile(r"train_inner", re.IGNORECASE)
EPOCH = "epoch"
STEP = "step"
BATCH = "batch"
FOLD = "fold"
"""Counts runs and not steps: what follows belongs to one of several models trained one after the other."""

_ALIASES = {
    "up": "update",
    "e": "epoch",
    "s": "step",
    "#": "step",
    "learningiteration": "iteration",
    "trainiter": "iter",
}
_INSIDE = frozenset(["batch", "batches", "minibatch", "batchidx", "batchindex", "batchid", "batchnum"])
_AROUND = frozenset(
    ["global", "current", "total", "optimizer", "done", "finished", "end", "net", "progress", "number", "no"]
)
_FOLDS = frozenset([FOLD, "kfold", "k-fold", "cvfold", "foldnumber", "folds"])
_PER = frozenset(["ms", "s", "sec", "time", "it", "tokens", "samples", "samp", "secs", "us"])
_STOP = word_set("for at with of the in is to and on after by was from until than best took")
_ABOUT = re.compile(
    r"\b(?:best|saved?|saving|loaded|loading|improved?|early|checkpoint\w*|resum\w+|download\w*|parameters|"
    r"namespace|arguments|config\w*|seconds per|patience|remaining)\b",
    re.IGNORECASE,
)
_UNIT = (
    r"ms|s|secs?|seconds?|us|µs|ns|min|mins|minutes?|h|hrs?|hours?|days?|d|[KMGT]i?B?|[kmgt]b|bytes|°?C|W|x|px|"
    r"[TGMK]?FLOPs?"
)
UNIT = re.compile(
    rf"(?:(?:{_UNIT})(?![\w/])|\s(?:{_UNIT})(?![\w/]|\s?[:=])|\s?[\w.]*/(?:s|sec|second|it|iter|step|batch|epoch|"
    r"thread|sample|token|hour|min)\b|\s?(?:times|it|its)(?!\w)|\s?\[(?:s|secs?|seconds|ms|min)\])"
)
KILO = re.compile(r"[kK](?![\w/])")
_STEPS = (priority(STEP), priority("iter"))
_FILLER = word_set(
    "running run start starting started begin beginning end results result set phase metrics metric on the "
    "loop mode of stage summary performance step epoch model mean average stats statistics loss scores score "
    "net network now data"
)
_RELEVANT = word_set(
    "loss ep step iter tr val test acc eval err lr s: auc f1 score map iou bleu rouge wer cer ppl perp rew "
    "ret nll mse mae r2 dice prec recall metric fid psnr ssim elbo kl cost obj dev update batch round sample "
    "token grad norm rate ce xent top pck logl tel best it] average fold 损失 准确 精度 轮"
)


@lru_cache(maxsize=4096)
def kind(name: str) -> Kind:
    """What a name stands for, as :mod:`curvedoc.naming` reads it."""
    if is_clock(name) or is_progress(name):
        return Kind.IGNORED
    return read_name(name).kind


def is_curve(name: str) -> bool:
    """Whether a name is that of a loss or a metric."""
    return kind(name) in (Kind.LOSS, Kind.METRIC, Kind.SPLIT_ONLY)


@lru_cache(maxsize=4096)
def own_split(name: str) -> str:
    """The split that a name says by itself, or ``""``."""
    return read_name(name).split


def split_in(phrase: str) -> str:
    """The word of a phrase that names a split, as it is written; ``""`` when none or the phrase is prose."""
    words = phrase.replace("'", " ").split()
    if len(words) > 7:
        return ""
    for word in words:
        if SPLIT.fullmatch(word.strip(".:#-_=*")):
            return word.strip(".:#-_=*")
        if INNER.fullmatch(word):
            return "train"
    return ""


@lru_cache(maxsize=4096)
def counter(key: str) -> str:
    """The name of the counter that a key names (``"Train Epoch"`` is ``"epoch"``), or ``""``."""
    words = [w for w in key.replace("_", " ").split() if not SPLIT.fullmatch(w)]
    words = [w for w in words if w.lower() not in _AROUND] or words
    if not words or len(words) > 2:
        return ""
    if words[0].partition("/")[0].lower() in _PER and "/" in words[0]:
        return ""  # `ms/batch`
    name = bare("".join(words)) or words[0]
    name = _ALIASES.get(name, name)
    if name in _FOLDS:
        return FOLD
    if not is_counter(name):
        return ""
    if priority(name) == priority("samples") and name != "kimg":
        return ""  # as often how many there are as how many were seen
    if priority(name) == priority(EPOCH) and not name.startswith(("round", "tree", "gener", "boost")):
        return EPOCH
    return (
        BATCH
        if name in _INSIDE
        else name
        if name in _ALIASES.values()
        else "_".join(words).lower().strip(".:")
    )


def key_of(phrase: str, separated: bool) -> tuple[str, str]:
    """The key at the end of a phrase, and what stands before it; without ``:`` or ``=`` its last words."""
    words = phrase.split()
    if not separated or len(words) > 5:
        cut = next((i for i in range(len(words), 0, -1) if words[i - 1].lower() in _STOP), 0)
        cut = max(cut, len(words) - 4)
        if cut:
            return " ".join(words[cut:]), " ".join(words[:cut])
    return phrase, ""


def is_name(phrase: str) -> bool:
    """Whether a phrase may name the number before it (``6.1 avg loss``)."""
    words = phrase.lower().split()
    return not counter(phrase) and not _STOP.intersection(words)


def is_about(text: str) -> bool:
    """Whether the beginning of a line says that it reports no step: a saved checkpoint, the best so far."""
    return _ABOUT.search(text) is not None


def is_relevant(text: str) -> bool:
    """Whether a lower-case text has any word of a training log: a cheap look before an expensive one."""
    return any(word in text for word in _RELEVANT)


@lru_cache(maxsize=4096)
def counts_steps(name: str) -> bool:
    """Whether a counter counts steps or batches, and neither epochs nor samples."""
    return priority(name) in _STEPS


@lru_cache(maxsize=4096)
def heading(line: str) -> str:
    """The split that a line without numbers announces (``Validating``, ``*** Evaluation ***``), or ``""``."""
    words = re.findall(r"[^\W\d_]+", line)
    if not 0 < len(words) <= 4:
        return ""
    splits = [w for w in words if SPLIT.fullmatch(w)]
    rest = [w for w in words if w not in splits and w.lower() not in _FILLER]
    return splits[-1] if splits and not rest and len(splits) == 1 else ""
