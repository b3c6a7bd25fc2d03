"""Character-level text over bundled sentences, English and Chinese: next character, or fill in the blank."""

from __future__ import annotations

from itertools import product

import torch

from curvedoc.errors import UsageError

from .task import Split, Task, generator

# Original sentences, written for this package, in parts that combine: who, does what, where.
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]] = {
    "english": (
        (
            "the old baker", "my neighbour", "a patient teacher", "the night nurse", "our youngest cousin",
            "a travelling clerk", "the quiet painter", "one of the rowers", "the clockmaker",
            "a student of botany",
        ),
        (
            " counts the apples", " reads the long letter", " repairs a broken kite", " waits for the ferry",
            " hums an evening tune", " draws the empty square", " boils water for tea",
            " forgets the blue umbrella", " weighs a bag of flour", " learns to whistle",
        ),
        (
            " by the window", " under the bridge", " before breakfast", " in the last tram",
            " behind the market", " while it rains", " on the third floor", " near the salt works",
        ),
        ".",
    ),
    "chinese": (
        ("老面包师", "我的邻居", "夜班护士", "邮局的职员",
         "钟表匠", "学植物的学生", "最小的表妹", "安静的画家", "划船的人", "耐心的老师"),
        ("数着苹果", "读一封长信", "修补风筝", "等着渡船", "哼着晚间的小调",
         "画空空的广场", "烧水泡茶", "忘了蓝色的雨伞", "称一袋面粉", "学吹口哨"),
        ("在窗边", "在桥下", "在早饭以前", "在末班电车里",
         "在市场后面", "在下雨的时候", "在三楼", "在盐场附近"),
        "。",
    ),
}  # fmt: skip

BEGIN, END, PAD, BLANK = "<begin>", "<end>", "<pad>", "<blank>"
IGNORED = -100  # a target that counts for nothing: padding, characters that were not blanked


def sentences(language: str) -> list[str]:
    """All sentences of a language ("english", "chinese", "both"); :class:`UsageError` for another."""
    if language == "both":
        return sentences("english") + sentences("chinese")
    if language not in PARTS:
        raise UsageError(f"There are no sentences in '{language}'.", "Use english, chinese or both.")
    who, what, where, stop = PARTS[language]
    return ["".join(parts) + stop for parts in product(who, what, where)]


def text(
    seed: int,
    *,
    language: str = "english",
    n_train: int = 400,
    n_val: int = 150,
    fill_in: bool = False,
    blanks: float = 0.2,
    copies: int = 1,
) -> Task:
    """Predict the next character of a sentence between begin and end marks, or with ``fill_in`` the blanked
    ones.

    ``copies`` of each training sentence are blanked in different places. x and y are tokens ``(n,
    length)``; targets that do not count are ``IGNORED``.
    """
    draw = generator(seed)
    lines = sentences(language)
    marks = [BEGIN, END, PAD, BLANK]
    index = {c: i for i, c in enumerate([*marks, *sorted(set("".join(lines)))])}
    order = torch.randperm(len(lines), generator=draw)[: n_train + n_val].tolist()
    rows = [[index[BEGIN], *(index[c] for c in lines[i]), index[END]] for i in order]
    n_train, rows = n_train * copies, rows[:n_train] * copies + rows[n_train:]
    length = max(map(len, rows))
    tokens = torch.tensor([row + [index[PAD]] * (length - len(row)) for row in rows])
    real = tokens != index[PAD]
    if fill_in:
        hidden = real & (tokens > index[BLANK]) & (torch.rand(tokens.shape, generator=draw) < blanks)
        x, y = tokens.masked_fill(hidden, index[BLANK]), tokens.masked_fill(~hidden, IGNORED)
    else:
        x, y = tokens[:, :-1], tokens[:, 1:].masked_fill(~real[:, 1:], IGNORED)
    return Task(
        Split(x[:n_train], y[:n_train]),
        Split(x[n_train:], y[n_train:]),
        "cross_entropy",
        "accuracy",
        len(index),
        vocabulary=len(index),
        causal=not fill_in,
    )
