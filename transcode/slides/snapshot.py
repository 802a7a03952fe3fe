"""The state of an analysis as bytes: named arrays, so that it can go on in another process."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

State = dict[str, NDArray[np.generic]]


def pack(state: Mapping[str, NDArray[np.generic]]) -> bytes:
    """The arrays in one block of bytes (NumPy's `.npz`, not compressed: it is written often)."""
    buffer = io.BytesIO()
    arrays: dict[str, NDArray[np.generic]] = dict(state)
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(data: bytes) -> State:
    """The arrays that were packed. Nothing in the bytes is ever run. Raises ValueError."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError("these bytes are no saved analysis") from error


def part(state: Mapping[str, NDArray[np.generic]], name: str) -> State:
    """The arrays whose names begin with `name.`, without that."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): v for key, v in state.items() if key.startswith(prefix)}


def named(name: str, state: Mapping[str, NDArray[np.generic]]) -> State:
    """The arrays under names that begin with `name.`."""
    return {f"{name}.{key}": value for key, value in state.items()}
