"""``python -m curvedoc``."""

from .cli import program

program()
