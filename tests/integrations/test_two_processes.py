"""On two processes one monitors, and both stop after the same epoch instead of waiting for each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("two_processes.py")
TORCHRUN = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone")


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "launcher"), [("lightning", ()), ("transformers", TORCHRUN)])
def test_both_stop_and_one_monitors(tmp_path, framework, launcher):
    pytest.importorskip(framework)
    done = subprocess.run(
        [sys.executable, *launcher, str(SCRIPT), framework, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    said = re.findall(r"stopped: (\d+) rows: (\w+)", done.stdout)
    assert sorted(rows for _, rows in said) == ["False", "True"]
    ((epoch,),) = [{epoch for epoch, _ in said}]
    assert int(epoch) < 60
