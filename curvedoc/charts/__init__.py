"""Curves as text: charts in braille dots or ASCII, sparklines of blocks."""
