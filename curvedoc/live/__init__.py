"""Following a run that is still being written: ``curvedoc watch``.

``tail`` and ``pipe`` give the bytes of a log, each once; ``decoding`` makes whole lines of them; ``parsers``
keep what was read of a format, line by line; ``logs`` puts these together. ``whole`` has what is not followed
by lines; ``target`` finds the log behind a path. ``changes`` says which changes are told, ``hooks`` runs
commands, ``screen`` and ``views`` show it all, ``watching`` is the loop.
"""
