"""What the frameworks say of small trainings on a CPU, none of it about the callbacks."""

from __future__ import annotations

import pytest

DEPRECATED = (r"ignore:.*is deprecated:DeprecationWarning", r"ignore:.*is deprecated:FutureWarning")

LIGHTNING = pytest.mark.filterwarnings(
    r"ignore:.*`tensorboardX` has been removed",
    r"ignore:.*does not have many workers",
    r"ignore:.*The number of training batches",
    r"ignore:.*exists and is not empty:UserWarning",
    *DEPRECATED,
)
TRANSFORMERS = pytest.mark.filterwarnings(r"ignore:.*pin_memory", *DEPRECATED)
# Keras on torch, of its own conversion of logged tensors to numpy.
KERAS = pytest.mark.filterwarnings(r"ignore:__array__ implementation doesn't accept:DeprecationWarning")
