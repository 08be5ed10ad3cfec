from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from store_helpers import clip, new_store

from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import Observations, leaves
from rlhf_gym.clips.packing import pack, pack_clip, unpack, unpack_clip
from rlhf_gym.feedback.query import Query


def assert_equal_arrays(one: Clip, other: Clip) -> None:
    for mine, its in zip(leaves(one.observations), leaves(other.observations), strict=True):
        np.testing.assert_array_equal(mine, its)
        assert mine.dtype == its.dtype
    np.testing.assert_array_equal(one.actions, other.actions)
    np.testing.assert_array_equal(one.true_rewards, other.true_rewards)


@given(
    arrays.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    )
)
def test_arrays_come_back_as_they_were(array: npt.NDArray[np.float64]) -> None:
    back = unpack(pack({"array": array}))["array"]
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype


def test_equal_arrays_give_equal_bytes() -> None:
    assert pack_clip(clip(3)) == pack_clip(clip(3))
    assert pack_clip(clip(3)) != pack_clip(clip(4))


def test_numpy_alone_reads_what_was_packed() -> None:
    with np.load(io.BytesIO(pack_clip(clip(3))), allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["observations"], clip(3).observations)


def test_python_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        pack({"array": np.array([{}])})


@pytest.mark.parametrize("dict_space", [False, True])
def test_next_observations_come_back_where_they_were_kept(dict_space: bool) -> None:
    before, after = np.zeros((3, 2), np.float32), np.ones((3, 2), np.float32)
    original = Clip(
        observations={"x": before} if dict_space else before,
        actions=np.zeros(3),
        true_rewards=np.zeros(3, np.float32),
        next_observations={"x": after} if dict_space else after,
    )
    back = unpack_clip(pack_clip(original)).next_observations
    assert back is not None and isinstance(back, dict) == dict_space
    np.testing.assert_array_equal(leaves(back)[0], after)
    assert unpack_clip(pack_clip(clip(3))).next_observations is None


def test_a_clip_comes_back_with_its_start_and_other_fields(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        original = Clip(
            observations=np.zeros((3, 2), np.float32),
            actions=np.zeros((3, 1), np.float32),
            true_rewards=np.arange(3, dtype=np.float32),
            ended="terminated",
            ended_at=np.int64(1),
            start=clip(1).start,
            env_id="Pendulum-v1",
            agent_step=np.int64(640),
            wall_time=12.5,
        )
        (query,) = store.add_queries([Query((original, clip(2)))])
        back = store.query(query.id).clips[0]
        assert_equal_arrays(original, back)
        assert (back.ended, back.ended_at, back.env_id) == ("terminated", 1, "Pendulum-v1")
        assert (back.agent_step, back.wall_time) == (640, 12.5)
        assert back.start is not None and original.start is not None
        assert back.start.snapshot == original.start.snapshot
        np.testing.assert_array_equal(back.start.actions, original.start.actions)


def test_dict_observations_come_back_by_key() -> None:
    observations: Observations = {
        "image": np.ones((2, 4, 4, 1), np.uint8),
        "a/b": np.zeros((2, 3), np.float32),
    }
    original = Clip(observations, np.zeros(2, np.int64), np.zeros(2, np.float32))
    back = unpack_clip(pack_clip(original))
    assert isinstance(back.observations, dict)
    assert list(back.observations) == ["image", "a/b"]
    assert_equal_arrays(original, back)


def test_frames_come_back_where_they_are_needed_to_draw(tmp_path: Path) -> None:
    frames = np.arange(2 * 8 * 8 * 3, dtype=np.uint8).reshape(2, 8, 8, 3)
    original = Clip(
        np.zeros((2, 1), np.float32), np.zeros(2, np.int64), np.zeros(2, np.float32), frames=frames
    )
    with new_store(tmp_path) as store:
        (query,) = store.add_queries([Query((original, clip(2)))])
        drawn = store.undrawn()[0]
        np.testing.assert_array_equal(drawn.frames, frames)
        assert store.query(query.id).clips[0].frames is None


def test_drawn_images_are_compressed() -> None:
    images = np.zeros((50, 84, 84, 4), np.uint8)
    assert len(pack({"images": images})) < images.nbytes / 50
    np.testing.assert_array_equal(unpack(pack({"images": images}))["images"], images)
