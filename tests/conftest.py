"""What all tests share."""

from hypothesis import settings

# A busy machine is no failure. (With CI set, hypothesis also draws the same examples each time.)
settings.register_profile("curvedoc", parent=settings.default, deadline=None)
settings.load_profile("curvedoc")
