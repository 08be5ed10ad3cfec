"""PreferenceDataset: who learns from what, and how clips are padded."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from builders import a_clip, a_query
from gymnasium import spaces

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.query import Query
from rlhf_gym.reward_model.dataset import PreferenceDataset
from rlhf_gym.reward_model.image_file import ImageFile
from rlhf_gym.reward_model.inputs import input_spec
from rlhf_gym.reward_model.tables import ImageTable

SPEC = input_spec(spaces.Box(0, 9, (1,)), spaces.Box(0, 9, (1,)))


def shown(*numbers: float) -> Clip:
    """A clip that shows, does and earns the same numbers."""
    column = np.array(numbers, np.float32)[:, None]
    return a_clip(*numbers, observations=column, actions=column.copy())


def query_of(id_: int) -> Query:
    return a_query(shown(1, 2), shown(3, 4), id=id_)


def dataset_of(members: int, ids: list[int], seed: int = 0) -> PreferenceDataset:
    dataset = PreferenceDataset(SPEC, members, seed, torch.device("cpu"))
    dataset.update({id_: 1.0 for id_ in ids}, {id_: query_of(id_) for id_ in ids})
    return dataset


def test_a_label_can_change_be_taken_back_and_come_again() -> None:
    dataset = dataset_of(3, [1, 2, 3])
    dataset.update({2: 0.5, 3: None}, {})
    assert dataset.labels.tolist() == pytest.approx([1.0, 0.5, np.nan], nan_ok=True)
    dataset.update({3: 0.0}, {})
    assert dataset.labels.tolist() == [1.0, 0.5, 0.0]
    assert len(dataset) == 3


def test_a_label_taken_back_before_it_was_known_is_nothing() -> None:
    dataset = dataset_of(3, [])
    dataset.update({7: None}, {7: query_of(7)})
    assert len(dataset) == 0


def test_a_query_stays_on_its_side_of_the_split_whatever_else_is_judged() -> None:
    alone, among = dataset_of(3, [17]), dataset_of(3, [4, 17, 2])
    assert alone.weights[:, 0].tolist() == among.weights[:, 1].tolist()
    seeds = [dataset_of(3, [17], seed).weights[:, 0].tolist() for seed in range(10)]
    assert any(weights != seeds[0] for weights in seeds)


@pytest.mark.parametrize("members", [1, 3])
def test_each_member_holds_out_about_one_query_in_e(members: int) -> None:
    weights = dataset_of(members, list(range(1, 1001))).weights
    assert weights.shape == (members, 1000)
    held_out = (weights == 0).float().mean(dim=1)
    assert ((held_out > 0.3) & (held_out < 0.43)).all()
    assert weights.mean().item() == pytest.approx(1, abs=0.1)


def test_at_least_one_of_several_members_learns_from_each_query() -> None:
    assert dataset_of(2, list(range(1, 200))).weights.sum(dim=0).min() >= 1


def test_clips_are_padded_to_the_longest_of_all() -> None:
    dataset = PreferenceDataset(SPEC, 3, 0, torch.device("cpu"))
    dataset.update({1: 1.0}, {1: a_query(shown(1, 2), shown(3), id=1)})
    assert dataset.batch(torch.tensor([0]))[1].tolist() == [[[1, 1], [1, 0]]]
    dataset.update({2: 0.0}, {2: a_query(shown(4, 5, 6), shown(7), id=2)})
    inputs, mask = dataset.batch(torch.tensor([1, 0]))
    counted = inputs.vector[..., 0] * mask
    assert counted.tolist() == [[[4, 5, 6], [7, 0, 0]], [[1, 2, 0], [3, 0, 0]]]
    assert mask.tolist() == [[[1, 1, 1], [1, 0, 0]], [[1, 1, 0], [1, 0, 0]]]


def stacks_of(frames: npt.NDArray[np.uint8]) -> Clip:
    """A clip of stacks of four frames."""
    stacks = np.stack([frames[i : i + 4] for i in range(len(frames) - 3)])
    n = len(stacks)
    return Clip(stacks, np.zeros(n, np.int64), np.zeros(n, np.float32))


def test_frames_that_stacks_share_are_stored_once_and_seen_in_every_stack() -> None:
    spec = input_spec(spaces.Box(0, 255, (4, 16, 16), np.uint8), spaces.Discrete(2))
    dataset = PreferenceDataset(spec, 3, 0, torch.device("cpu"))
    frames = np.random.default_rng(0).integers(256, size=(20, 2, 28, 16, 16), dtype=np.uint8)
    clips = [(stacks_of(first), stacks_of(second)) for first, second in frames]
    queries = {id_: Query(pair, id=id_) for id_, pair in enumerate(clips)}
    dataset.update(dict.fromkeys(queries, 1.0), queries)
    inputs, mask = dataset.batch(torch.tensor([3, 19]))
    assert mask.shape == (2, 2, 25)
    for row, number in enumerate((3, 19)):
        for side in (0, 1):
            expected = clips[number][side].observations
            np.testing.assert_array_equal(inputs.images[0][row, side].numpy(), expected)
    whole = 20 * 2 * 25 * 4 * 16 * 16
    assert dataset.nbytes < 0.5 * whole


def test_images_beyond_the_bound_are_read_from_a_file_as_they_were_added() -> None:
    clips = np.random.default_rng(0).integers(256, size=(6, 10, 16, 16), dtype=np.uint8)
    stacks = [torch.from_numpy(np.array(stacks_of(clip).observations)) for clip in clips]
    unbounded = ImageTable((4, 16, 16), torch.device("cpu"))
    bounded = ImageTable((4, 16, 16), torch.device("cpu"), max_bytes=25 * 16 * 16)
    for table in (unbounded, bounded):
        for each in stacks:
            table.append(each)
    index = torch.tensor([[0, 41, 17], [18, 17, 3]])  # of clips in memory, in the file and in both
    assert torch.equal(bounded[index], unbounded[index])
    assert torch.equal(bounded[torch.arange(2)], unbounded[torch.arange(2)])
    assert bounded.nbytes < 0.5 * unbounded.nbytes


def test_images_stay_in_memory_where_no_file_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    file = ImageFile((16, 16))
    images = np.random.default_rng(0).integers(256, size=(9, 16, 16), dtype=np.uint8)
    file.append(images[:4])
    file.append(images[4:])
    np.testing.assert_array_equal(file.read(np.array([0, 3, 4, 8])), images[[0, 3, 4, 8]])


def test_of_a_long_clip_one_step_of_each_part_counts_for_all_of_it() -> None:
    dataset = PreferenceDataset(SPEC, 3, 0, torch.device("cpu"))
    long, short = shown(*range(10)), shown(*range(4))
    dataset.update({7: 1.0}, {7: query_of(7)})
    dataset.update({1: 1.0}, {1: a_query(long, short, id=1)})
    chosen, rng = torch.tensor([1]), np.random.default_rng(0)
    estimates = []
    for _ in range(2000):  # four parts: steps 0 to 2, 3 to 5, 6 to 8, and 9 with two that are none
        inputs, counts = dataset.sampled_batch(chosen, 4, rng)
        seen = inputs.vector[0, :, :, 0]  # what an observation shows
        assert (seen[0, :3] // 3).tolist() == [0, 1, 2]
        assert counts[0, 0, :3].tolist() == [3, 3, 3] and counts[0, 1].tolist() == [1, 1, 1, 1]
        assert seen[1].tolist() == [0, 1, 2, 3]  # short enough to be taken whole
        estimates.append((seen[0] * counts[0, 0]).sum().item())
    assert np.mean(estimates) == pytest.approx(45, rel=0.05)


def test_a_clip_of_few_steps_is_taken_whole() -> None:
    dataset = dataset_of(3, [1, 2])
    chosen, rng = torch.tensor([1, 0]), np.random.default_rng(0)
    (whole, mask), (some, counts) = dataset.batch(chosen), dataset.sampled_batch(chosen, 2, rng)
    assert torch.equal(whole.vector, some.vector) and torch.equal(mask, counts)
