"""Runs against a baseline: what is kept of a run, noise-aware comparison, the baseline file, slow drift.

``gathered.gather`` finds the baseline, ``checks.against`` compares runs with it under ``terms.Terms``;
``file.added`` and ``file.to_text`` make the file of the next one. Lower levels, upwards: ``summary`` (what is
kept of a run), ``measures`` (the numbers that are compared), ``statistics``, ``samples`` (the right test),
``roles``, ``judge`` (one experiment), ``matching`` and ``history``.
"""
