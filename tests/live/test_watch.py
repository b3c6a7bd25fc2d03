"""``curvedoc watch`` beside processes that write for real: killed, resumed, truncated, rotated, piped."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from curvedoc.live.screen import ENTER, LEAVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLES = Path(__file__).parents[2] / "sample_logs"
SICK = (SAMPLES / "label-noise.csv").read_text()  # overfitting, with 80 evaluations
PATIENCE = 30.0

# Writes lines of a log, one by one with a flush; the last one half, when it is told so. Then it waits.
WRITER = """
import sys, time
path, begin, end, torn = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "torn"
lines = sys.stdin.read().splitlines(True)[begin:end]
with open(path, "a") as file:
    for i, line in enumerate(lines):
        file.write(line[: len(line) // 2] if torn and i == len(lines) - 1 else line)
        file.flush()
        time.sleep(0.001)
    print("written", flush=True)
    if torn:
        time.sleep(600)
"""


def write(path: Path, begin: int, end: int, how: str = "whole", text: str = SICK) -> subprocess.Popen[str]:
    """A process that has written these lines of a log (and lives on if the last is torn)."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(begin), str(end), how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(text)
    writer.stdin.close()
    assert writer.stdout.readline() == "written\n"
    writer.stdout.close()
    if how == "whole":
        writer.wait()
    return writer


class Watching:
    """A watch in a process of its own, and what it has said so far."""

    def __init__(self, *args: str, stdin: int | None = None) -> None:
        command = [sys.executable, "-m", "curvedoc", "watch", "--interval", "0.1", *args]
        self.process = subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        self.out = self.err = ""

    def until(self, text: str) -> None:
        """Wait until it says so, on either stream."""
        end = time.monotonic() + PATIENCE
        while text not in self.out + self.err:
            assert time.monotonic() < end, f"it never said {text!r}, but {self.out} {self.err}"
            self._read(0.1)

    def ended(self) -> int:
        """Its exit code."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it never ended: {self.out} {self.err}"
            self._read(0.1)
        self._read(0.1)
        return self.process.returncode

    def _read(self, seconds: float) -> None:
        streams: list[IO[bytes]] = [
            s for s in (self.process.stdout, self.process.stderr) if s and not s.closed
        ]
        while ready := select.select(streams, [], [], seconds)[0]:
            for stream in ready:
                text = os.read(stream.fileno(), 65536).decode()
                if not text:
                    stream.close()
                    streams.remove(stream)
                if stream is self.process.stdout:
                    self.out += text
                else:
                    self.err += text
            if not streams:
                return


@contextmanager
def watching(*args: str, stdin: int | None = None) -> Iterator[Watching]:
    watch = Watching(*args, stdin=stdin)
    try:
        yield watch
    finally:
        watch.process.kill()
        watch.process.wait()
        for stream in (watch.process.stdin, watch.process.stdout, watch.process.stderr):
            if stream:
                stream.close()


def final(watch: Watching) -> dict[str, object]:
    """The one run in the report at the end."""
    (run,) = json.loads(watch.out)["runs"]
    return run


def at_once(path: Path) -> dict[str, object]:
    """The same from `curvedoc diagnose`."""
    command = [sys.executable, "-m", "curvedoc", "diagnose", str(path), "--format", "json"]
    (run,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["runs"]
    return run


def test_killed_in_the_middle_of_a_line_and_resumed(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    with watching(str(path), "--format", "json", "--idle", "2") as watch:
        watch.until(f"waiting for {path}")
        first = write(path, 0, 41, "torn")
        watch.until("overfitting")
        first.send_signal(signal.SIGKILL)
        first.wait()
        with path.open("a") as file:
            file.write("\n")
        write(path, 35, 200).wait()  # from a checkpoint some rows before
        assert watch.ended() == 0
    assert final(watch) == at_once(path)
    assert final(watch)["state"] == "overfitting"
    assert watch.err.count("overfitting") == 1  # told once
    assert "row is short" in str(final(watch)["notes"]) or final(watch)["n_points"] >= 80


def test_truncated_and_rotated(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    write(path, 0, 200)
    with watching(str(path), "--format", "json", "--idle", "2") as watch:
        watch.until("overfitting")
        path.write_text("")
        write(path, 0, 4)
        watch.until("begun anew")
        path.rename(tmp_path / "run.csv.1")
        write(path, 0, 200)
        assert watch.ended() == 0
    assert final(watch) == at_once(path)
    assert watch.err.count("overfitting") == 2  # of another run the state is told again


def test_standard_input(tmp_path: Path) -> None:
    with watching("-", "--format", "json", stdin=subprocess.PIPE) as watch:
        assert watch.process.stdin is not None
        log = (SAMPLES / "label-noise.log").read_bytes()
        for at in range(0, len(log), 777):
            watch.process.stdin.write(log[at : at + 777])
        watch.process.stdin.close()
        assert watch.ended() == 0
    expected = at_once(SAMPLES / "label-noise.log")
    same = ("state", "confidence", "states", "n_points", "series", "findings", "x", "reader")
    assert {k: final(watch)[k] for k in same} == {k: expected[k] for k in same}


def test_lines_on_a_stream_that_is_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    write(path, 0, 200)
    with watching(str(path), "--idle", "0.3") as watch:
        assert watch.ended() == 0
    first, second, *_ = watch.out.splitlines()
    assert first.startswith("step 1520: overfitting, 99 % sure. Validation loss rose")
    assert second.startswith("overfitting  99 % sure")
    assert "\x1b" not in watch.out
    assert watch.err == ""


@pytest.mark.parametrize(
    ("sample", "state", "code"),
    [
        ("label-noise.csv", "overfitting", 1),
        ("line-smooth.csv", "smooth_descent", 0),
        ("label-noise.csv", "any", 1),
    ],
)
def test_until_a_state(tmp_path: Path, sample: str, state: str, code: int) -> None:
    path = tmp_path / "run.csv"
    path.write_text("")
    text = (SAMPLES / sample).read_text()
    with watching(str(path), "--until", state, "--min-confidence", "0.5") as watch:
        write(path, 0, len(text.splitlines()) // 2, text=text)
        time.sleep(0.3)
        write(path, len(text.splitlines()) // 2, 10_000, text=text)
        assert watch.ended() == code


def test_a_hook_runs_once_and_its_failure_is_told(tmp_path: Path) -> None:
    path, made = tmp_path / "run.csv", tmp_path / "made"
    write(path, 0, 200)
    hook = f"cat >> {made}; echo >> {made}; echo told; exit 4"
    hooks = ("--on", "overfitting", hook, "--on", "memorisation", "cat")
    with watching(str(path), *hooks, "--idle", "0.3") as watch:
        assert watch.ended() == 0
    (document,) = made.read_text().strip().splitlines()
    (run,) = json.loads(document)["runs"]
    assert run["state"] == "overfitting"
    assert watch.err.splitlines().count("curvedoc: told") == 1
    assert f"curvedoc: hook failed with exit code 4: {hook}" in watch.err


def test_nothing_of_a_log_reaches_a_shell_or_a_terminal(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    path = tmp_path / "\x1b[31m$(touch trap).csv"
    header, _, rows = SICK.partition("\n")
    hostile = f"$(touch {trap}) \x1b]0;x\x07 `touch {trap}`"
    text = f"{header},{hostile} loss\n" + "".join(f"{row},1\n" for row in rows.splitlines())
    path.write_text(text)
    with watching(str(path), "--on", "any", "cat; env", "--idle", "0.3") as watch:
        assert watch.ended() == 0
    assert "overfitting" in watch.out
    assert "\x1b" not in watch.out + watch.err
    assert not trap.exists()
    assert not Path("trap").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_by_a_signal_it_still_reports(tmp_path: Path, number: int, code: int) -> None:
    path = tmp_path / "run.csv"
    write(path, 0, 200)
    with watching(str(path)) as watch:
        watch.until("overfitting, 99 % sure")
        watch.process.send_signal(number)
        assert watch.ended() == code
    assert "What to do" in watch.out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["gone.csv", "--timeout", "0.3"], 3, "no such file"),
        (["gone.csv", "--until", "overfiting"], 2, "Did you mean 'overfitting'?"),
        (["gone.csv", "--until", "inconclusive"], 2, "never told"),
        (["gone.csv", "--reader", "cvs"], 2, "Did you mean 'csv'?"),
        (["gone.csv", "--on", "overfitting"], 2, "requires 2 arguments"),
        (["s3://a/b.csv"], 2, "address"),
        (["empty.csv", "--timeout", "0.3"], 3, "is empty"),
        (["run.csv", "--timeout", "0.3", "--map", "train/loss=L"], 2, "L"),
    ],
)
def test_what_ends_without_a_report(tmp_path: Path, args: list[str], code: int, said: str) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "run.csv").write_text(SICK)
    command = [sys.executable, "-m", "curvedoc", "watch", *args]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_that_is_taken_away_is_reported_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "run.csv"
    write(path, 0, 200)
    with watching(str(path.parent), "--idle", "0.5") as watch:
        watch.until("overfitting")
        path.unlink()
        path.parent.rmdir()
        assert watch.ended() == 0
    assert "What to do" in watch.out


def test_a_reader_of_its_output_that_goes_away_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    with watching(str(path)) as watch:
        assert watch.process.stdout is not None
        watch.process.stdout.close()
        watch.until("waiting")
        whole = tmp_path / "whole.csv"  # all at once, so that the first look tells a state
        write(whole, 0, 200)
        whole.replace(path)
        assert watch.ended() == 0


class Terminal:
    """A watch on a terminal of its own."""

    def __init__(self, *args: str) -> None:
        self.process, self.at = pty.fork()
        if not self.process:
            os.environ.update(TERM="xterm", COLUMNS="", NO_COLOR="")
            command = [sys.executable, "-m", "curvedoc", "watch", "--interval", "0.1", *args]
            os.execv(sys.executable, command)
        self.seen = ""
        self.resize(24, 90)

    def resize(self, rows: int, columns: int) -> None:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.at, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, holds: Callable[[str], bool]) -> str:
        """Wait for something on the screen; returns what came meanwhile."""
        end, before = time.monotonic() + PATIENCE, len(self.seen)
        while not holds(self.seen[before:]):
            assert time.monotonic() < end, f"it never came: {self.seen[-3000:]!r}"
            if select.select([self.at], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.at, 65536).decode(errors="replace")
                except OSError:  # its end, as Linux has it
                    break
        return self.seen[before:]

    def end(self) -> int:
        """Its exit code."""
        self.until(lambda _: False)
        _, status = os.waitpid(self.process, 0)
        os.close(self.at)
        return os.waitstatus_to_exitcode(status)


def last_page(seen: str) -> str:
    """The last page that was drawn as a whole."""
    return seen.rpartition("\x1b[J")[0].rpartition("\x1b[H")[2]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (None, 0)])
def test_a_terminal_is_redrawn_and_given_back(tmp_path: Path, number: int | None, code: int) -> None:
    path = tmp_path / "run.csv"
    terminal = Terminal(str(path), *(["--idle", "2"] if number is None else []))
    assert ENTER in terminal.until(lambda seen: "there is no such file" in seen)
    write(path, 0, 60)
    page = terminal.until(lambda seen: "59 points" in seen and "more lines" in seen)
    assert "\x1b[H" in page
    write(path, 60, 200)
    terminal.until(lambda seen: "80 points" in seen and "more lines" in seen)
    terminal.resize(12, 60)
    terminal.until(lambda _: last_page(terminal.seen).count("\n") < 12)
    if number is not None:
        os.kill(terminal.process, number)
    assert terminal.end() == code
    assert terminal.seen.count(ENTER) == terminal.seen.count(LEAVE) == 1
    report = terminal.seen.partition(LEAVE)[2]
    assert "step" in report  # what was told stands above the report, on the screen there was before
    assert "What to do" in report
