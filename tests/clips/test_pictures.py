"""Pictures of every form that environments give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from rlhf_gym.clips.pictures import picture, stacked
from rlhf_gym.clips.recordings import Recordings
from rlhf_gym.envs.step_notes import StepNotes

SEEN = np.array([[[0, 128, 255], [9, 8, 7]] * 4, [[1, 2, 3], [255, 0, 64]] * 4] * 3, np.uint8)
"""6 x 8 pixels."""
OPAQUE = np.full((6, 8, 1), 255, np.uint8)
GREY = np.arange(0, 250, 10, dtype=np.uint8).reshape(5, 5)


@pytest.mark.parametrize(
    "given",
    [
        SEEN,
        SEEN.tolist(),
        SEEN.astype(np.int64),
        SEEN.astype(np.float32),  # from 0 to 255
        SEEN / 255,  # from 0 to 1
        np.moveaxis(SEEN, 2, 0),
        np.dstack([SEEN, OPAQUE]),
        np.dstack([SEEN, OPAQUE]) / 255,
        Image.fromarray(SEEN),
        Image.fromarray(np.dstack([SEEN, OPAQUE])),
        [GREY, SEEN],
        [SEEN.tolist(), SEEN.tolist()],
        [Image.fromarray(SEEN)],
    ],
)
def test_a_picture_in_colours_is_shown_right(given: Any) -> None:
    np.testing.assert_array_equal(picture(given), SEEN)


@pytest.mark.parametrize(
    "given",
    [GREY, GREY[:, :, None], GREY.tolist(), GREY / 255, [GREY], Image.fromarray(GREY), GREY[None]],
)
def test_a_grey_picture_is_shown_right(given: Any) -> None:
    np.testing.assert_array_equal(picture(given), np.dstack([GREY, GREY, GREY]))


def test_numbers_become_brightnesses() -> None:
    assert picture([[0.0, 0.5, 1.0, np.nan]])[0, :, 0].tolist() == [0, 128, 255, 0]
    assert picture(np.array([[True, False]]))[0, :, 0].tolist() == [255, 0]
    assert picture(np.array([[-5, 300]]))[0, :, 0].tolist() == [0, 255]
    palette = Image.fromarray(SEEN).convert("P")
    np.testing.assert_array_equal(picture(palette), np.asarray(palette.convert("RGB")))


def test_what_can_be_seen_through_lies_on_white() -> None:
    red = np.array([[[200, 0, 0, 0], [200, 0, 0, 51], [200, 0, 0, 255]]], np.uint8)
    assert picture(red)[0].tolist() == [[255, 255, 255], [244, 204, 204], [200, 0, 0]]


def test_a_picture_is_a_copy() -> None:
    drawn = SEEN.copy()
    kept = picture(drawn)
    drawn[:] = 0
    np.testing.assert_array_equal(kept, SEEN)


@pytest.mark.parametrize("given", [None, "text", np.zeros(3), [], [[1, 2], [3]], np.zeros((0, 3))])
def test_what_is_no_picture_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"render\(\) must return a picture"):
        picture(given)


def test_pictures_of_changing_sizes_lie_in_the_middle_of_the_largest() -> None:
    small, large = np.full((2, 2, 3), 9, np.uint8), np.full((4, 6, 3), 7, np.uint8)
    joined = stacked([small, large])
    assert joined.shape == (2, 4, 6, 3) and (joined[1] == 7).all()
    assert (joined[0, 1:3, 2:4] == 9).all() and joined[0].sum() == 2 * 2 * 3 * 9
    recordings = Recordings(1, 10_000)
    recordings.add(0, [StepNotes(frame=small)])
    recordings.add(1, [StepNotes(frame=large)])
    np.testing.assert_array_equal(recordings.frames(0, 0, 2), joined)
