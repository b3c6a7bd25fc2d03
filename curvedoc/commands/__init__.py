"""Commands of the command line that take more than a page of :mod:`curvedoc.cli`; one file each."""
