"""The torch runner: tasks, models, one training loop, remedies. torch lives only here.

Importing the package needs no torch; training does.
"""
