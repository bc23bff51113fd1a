"""Data of xarray that is in a file: looking at it is allowed, loading it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr


class _Unloaded(xr.backends.BackendArray):
    shape, dtype = (3,), np.dtype("f8")

    def __getitem__(self, key: object) -> Any:
        raise AssertionError("this loads them")


def lazy_variable() -> xr.Variable:
    """Three numbers along `x` that nobody may load."""
    lazy = xr.core.indexing.LazilyIndexedArray(_Unloaded())
    return xr.Variable(("x",), lazy, fastpath=True)
