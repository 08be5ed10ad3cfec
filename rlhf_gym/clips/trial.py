"""Try to draw clips in a process of its own: ``python -m rlhf_gym.clips.trial CLIPS FRAMES``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from rlhf_gym.basics.faults import FAULTS
from rlhf_gym.clips.drawing import draw
from rlhf_gym.clips.packing import unpack, unpack_clip

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Draw clips from one file into another; those that cannot be drawn are left out.

    Args:
        arguments: the file of the clips, npz, each packed by `pack_clip` under a name of its own
            and what the environment is made from, under ``spec``; and the file for the frames
            ``(length, height, width, 3)`` by the same names.

    Returns:
        The exit code: 0 done.
    """
    source, target = map(Path, arguments)
    packed = unpack(source.read_bytes())
    spec_json, frames = packed.pop("spec").tobytes().decode(), {}
    for name, clip in packed.items():
        try:
            frames[name] = draw(unpack_clip(clip.tobytes()), spec_json)
        except FAULTS as error:  # of any environment's
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    np.savez(target, allow_pickle=False, **frames)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
