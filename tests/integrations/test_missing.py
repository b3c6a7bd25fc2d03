"""Without a framework its callback says what to install; with none of them the monitor works."""

from __future__ import annotations

import subprocess
import sys

import pytest

FRAMEWORKS = ("lightning", "pytorch_lightning", "transformers", "accelerate", "keras", "torch", "tensorflow")
WITHOUT = f"import sys\nfor name in {FRAMEWORKS}: sys.modules[name] = None\n"


@pytest.mark.parametrize("name", ["lightning", "transformers", "keras"])
def test_what_to_install(name):
    code = f"{WITHOUT}import curvedoc.integrations.{name}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"ImportError: curvedoc.integrations.{name} needs " in done.stderr
    assert done.stderr.rstrip().endswith(f"pip install 'curvedoc[{name}]'")


def test_a_monitor_needs_no_framework():
    code = f"{WITHOUT}import curvedoc\nwith curvedoc.Monitor() as m: m.log(1, loss=2.0)\nprint(m.state)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "inconclusive\n"
