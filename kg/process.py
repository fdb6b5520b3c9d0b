"""What a process that is all kg's own sets for itself: how many threads multiply, which memory it gives back, and how
often it looks for garbage.
"""

import ctypes
import gc
import os
from contextlib import suppress

LARGE = 1 << 22  # bytes: a block that goes back to the system when it falls free
NEW = 20_000  # objects more than before, at which Python looks for those that only refer to each other
_M_MMAP_THRESHOLD = -3  # mallopt(3)


def tune() -> None:
    """Sets one thread for each product of matrices, lets glibc give large blocks back, and seldom looks for garbage.

    The matrices are too small for more threads to pay. Of blocks up to 32 MB, glibc keeps those that lie between small
    ones in use: a process that reads articles took 270 or 360 MB, as chance would have it, and one that writes 60 more.
    To look for what refers only to itself took a twentieth of the time to write, where there is next to none of it.
    """
    gc.set_threshold(NEW)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)
