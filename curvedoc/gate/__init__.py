"""The gate: what a project demands of its runs, and which runs fail by that.

``expression`` reads a condition, ``keys`` what a policy may say, ``policies`` puts file and flags over each
other; ``conditions`` looks at one run, :func:`gate` at a batch. docs/check.md is the page for users.
"""

from __future__ import annotations

from .judging import gate, idle
from .names import subject
from .policies import Policies, policies
from .policy import DEFAULT_MIN_CONFIDENCE, Policy

__all__ = ["DEFAULT_MIN_CONFIDENCE", "Policies", "Policy", "gate", "idle", "policies", "subject"]
