from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces

from rlhf_gym.clips.space_text import space_of_text


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(0, 255, (84, 84, 4), np.uint8),
        spaces.Box(np.array([-4.8, -np.inf], "f4"), np.array([4.8, np.inf], "f4")),
        spaces.Box(-1, 1, (), np.float64),
        spaces.Discrete(5, start=-2),
        spaces.MultiDiscrete([2, 13]),
        spaces.MultiDiscrete([3, 4], start=[1, -1]),
        spaces.MultiBinary(7),
        spaces.MultiBinary((2, 3)),
        spaces.Dict({"at": spaces.Box(-1, 1, (2,)), "a 'b'": spaces.Discrete(3)}),
    ],
    ids=str,
)
def test_a_space_of_the_same_shape_type_and_choices_is_read_from_its_text(
    space: spaces.Space[object],
) -> None:
    read = space_of_text(str(space))
    assert type(read) is type(space)
    assert (read.shape, read.dtype) == (space.shape, space.dtype)
    assert spaces.flatdim(read) == spaces.flatdim(space)
    for name in ("n", "nvec", "start"):
        assert np.array_equal(getattr(read, name, None), getattr(space, name, None))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "Text(3)", "Box(1)", "__import__('os')", "Discrete()"])
def test_what_is_no_space_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no space that can be read"):
        space_of_text(text)
