"""Following a run that is still being written: ``curvedoc watch``.

``tail`` and ``pipe`` give the bytes of a log, each once; ``decoding`` makes whole lines of them; ``parsers``
keep what was read of a format, line by line; ``logs`` puts these together for one log of any kind,
``target`` finds the log behind a path. ``events`` says which changes are told, ``hooks`` runs commands,
``screen`` shows it all, ``watching`` is the loop.
"""
