"""Clips as bytes and back: npz archives without pickle, which numpy alone can read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import numpy as np

from rlhf_gym.clips.clip import Clip, Start
from rlhf_gym.clips.observations import Array, Observations
from rlhf_gym.clips.shared_parts import Snapshot, parts_of

__all__ = ["pack", "pack_clip", "unpack", "unpack_clip"]

_IMAGES = 1 << 16
"""Bytes from which a uint8 array is compressed: images shrink tenfold and more, floats do not."""


def pack(arrays: Mapping[str, Array]) -> bytes:
    """Pack ``arrays`` as an npz archive; equal arrays give equal bytes.

    Raises:
        ValueError: an array holds Python objects.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            images = array.dtype == np.uint8 and array.nbytes >= _IMAGES
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy"),  # its date is fixed
                member.getbuffer(),
                zipfile.ZIP_DEFLATED if images else zipfile.ZIP_STORED,
                compresslevel=1,
            )
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, Array]:
    """Return the arrays of an npz archive.

    >>> unpack(pack({"actions": np.arange(3)}))
    {'actions': array([0, 1, 2])}
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return dict(archive)


def pack_clip(clip: Clip, *, parts: bool = True) -> bytes:
    """Pack the arrays of a clip, with its start and without its frames.

    Args:
        clip: what to pack.
        parts: whether the large parts of its snapshot are packed too; False: only their names.
    """
    arrays = {"actions": clip.actions, "true_rewards": clip.true_rewards}
    arrays |= _named("observations", clip.observations)
    if clip.next_observations is not None:
        arrays |= _named("next_observations", clip.next_observations)
    if clip.start is not None:
        arrays["start/snapshot"] = np.frombuffer(clip.start.snapshot, np.uint8)
        arrays |= {f"start/{name}": array for name, array in clip.start.arrays.items()}
        shared = parts_of(clip.start.snapshot)
        if shared:
            arrays["start/parts"] = np.array(list(shared))
        if parts:
            arrays |= {name: np.frombuffer(part, np.uint8) for name, part in shared.items()}
    words = {"end": clip.end, "mission": clip.mission}
    arrays |= {f"words/{name}": np.array(text) for name, text in words.items() if text}
    return pack(arrays)


def unpack_clip(
    data: bytes,
    frames: bytes | None = None,
    part: Callable[[str], bytes] | None = None,
    **fields: object,
) -> Clip:
    """Rebuild a clip.

    Args:
        data: what `pack_clip` gave.
        frames: the packed frames, if there are any.
        part: returns a large part of a snapshot by its name, where they were not packed too.
        fields: the clip's other fields.
    """
    arrays = unpack(data)
    return Clip(
        observations=_observations("observations", arrays),
        next_observations=(
            _observations("next_observations", arrays)
            if any(name.startswith("next_observations") for name in arrays)
            else None
        ),
        end=str(arrays.get("words/end", "")),
        mission=str(arrays.get("words/mission", "")),
        actions=arrays["actions"],
        true_rewards=arrays["true_rewards"],
        start=_start(arrays, part),
        frames=None if frames is None else unpack(frames)["frames"],
        **fields,  # type: ignore[arg-type]
    )


def _start(arrays: Mapping[str, Array], part: Callable[[str], bytes] | None) -> Start | None:
    if "start/snapshot" not in arrays:
        return None
    snapshot = arrays["start/snapshot"].tobytes()
    read = part or (lambda name: arrays[name].tobytes())
    if "start/parts" in arrays:
        snapshot = Snapshot(snapshot, {name: read(name) for name in arrays["start/parts"].tolist()})
    return Start(
        snapshot,
        arrays["start/actions"],
        arrays.get("start/clip_actions"),
        arrays.get("start/checksums"),
    )


def _named(name: str, observations: Observations) -> dict[str, Array]:
    """Name the arrays: one ``name``, or ``name/KEY`` for each key."""
    if isinstance(observations, Mapping):
        return {f"{name}/{key}": array for key, array in observations.items()}
    return {name: observations}


def _observations(name: str, arrays: Mapping[str, Array]) -> Observations:
    """Return the observations that `_named` named."""
    if name in arrays:
        return arrays[name]
    prefix = f"{name}/"
    found = {key: array for key, array in arrays.items() if key.startswith(prefix)}
    return {key.removeprefix(prefix): array for key, array in found.items()}
