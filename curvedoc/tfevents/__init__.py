"""TensorBoard event files without TensorBoard: one event, a whole file, the files of one run.

Container and checksums are in :mod:`curvedoc.tfrecord`; the reader that the rest of the house uses is
:mod:`curvedoc.readers.tensorboard`.
"""
