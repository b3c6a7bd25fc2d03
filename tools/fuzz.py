"""Coverage-guided fuzzing of every reader: whatever the bytes, runs or an error with a fix come out.

    python tools/fuzz.py                          # every reader and the detection, 60 s each
    python tools/fuzz.py csv text --seconds 600   # these two
    python tools/fuzz.py detection --runs 1000 --seed 1   # the same inputs each time, as in CI
    python tools/fuzz.py csv --input FILE         # one input again, with its traceback

An input passes when it is read, diagnosed and reported within a time linear in its size and a fixed amount
of memory, and nothing is written, deleted, connected to or started meanwhile (``tests/survival.py``). What
does not pass is left in ``--found`` (a temporary directory); made small, it belongs into
``tests/readers/crashes/``. Needs atheris (the ``dev`` extra installs it where it has wheels).
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import resource
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "readers")]

DETECTION = "detection"
"""The target that leaves the choice of the reader to curvedoc."""

MEMORY = 1 << 30
"""Bytes that an input of a few kilobytes may take beyond what the interpreter has at the start."""

LONGEST = 1 << 14
"""Bytes of an input: enough for any structure, few enough for hundreds of inputs a second."""

PATIENCE = 4.0
"""Instrumented code runs about so many times slower."""

UNREAD = frozenset(["reference", "bench", "integrations", "__main__"])
"""What no log goes through; some of it needs frameworks that are not there."""

REPORTED = 4
"""Every fourth input is diagnosed and reported as well: that takes ten times as long as reading it."""

WORDS = r"""
loss val_loss train/loss accuracy epoch step iter nan inf -inf NaN Infinity null true 1e999 1e308 -1 0x1p3
9223372036854775808 log_history history global_step wall_time _step # { } [ ] , : ; | % tensor( --- ===
\x00 \xff \xef\xbb\xbf \xff\xfe \x1b[31m \x0d\x0a \x09 \x22 \x5c \x1f\x8b \xe2\x80\xa8 \xc2\x85 \xed\xa0\x80
100% it/s 1/10 12:30:00 brain.Event:2
"""


def main() -> int:
    """Fuzz the readers that are asked for; 1 when anything was found."""
    from curvedoc.readers import READERS

    targets = (*(reader for reader in READERS if reader != "aim"), DETECTION)  # Aim reads its stores itself
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("reader", nargs="*", help=f"one of {', '.join(targets)}; all without one")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader (default 60)")
    parser.add_argument("--runs", type=int, help="inputs for each reader, whatever time they take")
    parser.add_argument("--jobs", type=int, default=1, help="readers at the same time")
    parser.add_argument("--found", type=Path, help="where inputs that break something are put")
    parser.add_argument("--corpus", type=Path, help="where inputs that reach new code are kept between calls")
    parser.add_argument("--input", type=Path, help="try this one and fuzz nothing")
    parser.add_argument("--seed", type=int, default=0, help="0 takes another one each time")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if unknown := set(given.reader) - set(targets):
        parser.error(f"no such reader: {', '.join(sorted(unknown))}")
    readers = given.reader or list(targets)
    if given.folder:
        fuzz(readers[0], given)
    if given.input:
        for reader in readers:
            try_one(given.input.read_bytes(), reader, Path(tempfile.mkdtemp()), 1.0, True)
        return 0
    given.found = given.found or Path(tempfile.mkdtemp(prefix="found-"))
    given.found.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(given.jobs) as pool:
        codes = list(pool.map(lambda reader: run(reader, given), readers))
    failed = [reader for reader, code in zip(readers, codes, strict=True) if code]
    if failed:
        print(f"Found in {', '.join(failed)}: see {given.found}")  # noqa: T201
    return bool(failed)


def run(reader: str, given: argparse.Namespace) -> int:
    """Fuzz one reader in a process of its own (libFuzzer never returns); its exit code."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:  # noqa: S108
        command = [sys.executable, __file__, reader, "--folder", folder, "--seconds", str(given.seconds)]
        command += ["--found", str(given.found), "--seed", str(given.seed)]
        command += ["--corpus", str(given.corpus)] if given.corpus else []
        command += ["--runs", str(given.runs)] if given.runs else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    lines = (done.stdout + done.stderr).splitlines()
    last = next((line for line in reversed(lines) if line.startswith("Done")), "stopped by a finding")
    print(f"{reader:>12}: {last}", flush=True)  # noqa: T201
    if done.returncode:
        shown = [line[:300] for line in lines if not line.startswith(("#", "INFO", "WARNING"))]
        print("\n".join(shown[-40:]), flush=True)  # noqa: T201
    return done.returncode


def fuzz(reader: str, given: argparse.Namespace) -> None:
    """Fuzz one reader in this process until the time is over or something is found."""
    import atheris

    with atheris.instrument_imports(include=["curvedoc"], enable_loader_override=False):
        import curvedoc

        for module in pkgutil.walk_packages(curvedoc.__path__, "curvedoc."):
            if module.name.split(".")[1] not in UNREAD:
                importlib.import_module(module.name)
    folder = given.folder
    kept = (given.corpus or folder / "corpus") / reader
    kept.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(reader)):
        (kept / f"seed-{number}").write_bytes(data)
        try_one(data, reader, folder, PATIENCE, number == 0)  # also imports all that is imported late
    words = folder / "words"
    words.write_text("".join(f'"{word}"\n' for word in WORDS.split()))
    bounded(MEMORY)
    end = f"-runs={given.runs}" if given.runs else f"-max_total_time={given.seconds}"
    options = f"{end} -max_len={LONGEST} -timeout=30 -rss_limit_mb=0 -len_control=20"
    options += f" -dict={words} -artifact_prefix={given.found}/{reader}- -seed={given.seed} -verbosity=1"
    atheris.Setup(
        ["fuzz", *options.split(), "-print_final_stats=1", str(kept)],
        lambda data: try_one(data, reader, folder, PATIENCE, zlib.crc32(data) % REPORTED == 0),
    )
    atheris.Fuzz()


def try_one(data: bytes, reader: str, folder: Path, patience: float, reported: bool) -> None:
    """Put an input where the reader would find it, and see what becomes of it."""
    from survival import FILENAMES, survive

    path = folder / FILENAMES.get(reader, "run")
    path.write_bytes(data)
    survive(path, None if reader == DETECTION else reader, patience, reported)


def bounded(more: int) -> None:
    """Let this process have so many bytes of memory more than it has."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + more, hard))


def seeds(reader: str) -> list[bytes]:
    """Small sound logs in the formats of a reader, those of the tests included; all for the detection."""
    from fuzz_seeds import logs

    return [data for name, data in logs() if reader in (name, DETECTION)]


if __name__ == "__main__":
    sys.exit(main())
