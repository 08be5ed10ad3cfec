"""ClipBuffer: what is cut from it is what happened, within its bound of memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from builders import LEFT_RIGHT, NUMBER, a_buffer
from hypothesis import given, settings
from hypothesis import strategies as st
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack
from stepping import add

from rlhf_gym.clips.buffer import SHOW_END, ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.episodes import Positions
from rlhf_gym.clips.frame_stack import FrameStack
from rlhf_gym.clips.observations import leaves
from rlhf_gym.envs.step_notes import noted


def holding(
    steps: int, clip_length: int, n_envs: int = 1, space: gym.Space[Any] = NUMBER
) -> ClipBuffer:
    """A buffer that holds exactly ``steps`` steps of each environment."""
    one = a_buffer(1, observed=space, max_bytes=2**20)
    per_step = (2**20 - 2**17) // one.capacity
    buffer = ClipBuffer(
        space, LEFT_RIGHT, n_envs, clip_length, max_bytes=-(-8 * per_step * n_envs * steps // 7)
    )
    assert buffer.capacity == steps
    return buffer


def play(
    buffer: ClipBuffer, episodes: list[int], start: int = 0, infos: dict[int, Any] | None = None
) -> None:
    """One environment that shows 0, 1, 2, ... and whose episodes last so many steps."""
    number = start
    for length in episodes:
        for step in range(length):
            add(
                buffer,
                np.array([[number]], np.float32),
                np.array([number % 2]),
                np.array([number / 2]),
                np.array([step == length - 1]),
                [(infos or {}).get(number, {})],
                agent_step=10 * number,
            )
            number += 1


def numbers(clip: Clip) -> list[int]:
    (leaf,) = leaves(clip.observations)
    return [int(number) for number in leaf[:, 0]]


def drawn(buffer: ClipBuffer, draws: int = 400, **options: Any) -> set[tuple[int, ...]]:
    """All different clips among many drawn ones."""
    positions = buffer.positions(draws, np.random.default_rng(0), **options)
    return {tuple(numbers(buffer.clip(positions[i : i + 1]))) for i in range(len(positions))}


def only(buffer: ClipBuffer) -> Clip:
    """The clip of a buffer that holds just one."""
    positions = buffer.positions(1, np.random.default_rng(0))
    return buffer.clip(positions)


def test_every_start_can_be_drawn_and_no_clip_crosses_an_episode() -> None:
    buffer = holding(100, clip_length=3)
    play(buffer, [5, 4])
    assert drawn(buffer) == {(0, 1, 2), (1, 2, 3), (2, 3, 4), (5, 6, 7), (6, 7, 8)}


def test_an_episode_that_is_exactly_a_clip_long_is_one_clip() -> None:
    buffer = holding(100, clip_length=3)
    play(buffer, [3, 3])
    assert drawn(buffer) == {(0, 1, 2), (3, 4, 5)}


def test_a_shorter_episode_is_one_whole_clip() -> None:
    buffer = holding(100, clip_length=3)
    play(buffer, [1, 2, 4])
    assert drawn(buffer) == {(0,), (1, 2), (3, 4, 5), (4, 5, 6)}


def test_an_unfinished_episode_gives_only_full_clips() -> None:
    buffer = holding(100, clip_length=3)
    play(buffer, [2])
    add(buffer, np.array([[2.0]]), np.array([0]), np.array([1.0]), np.array([False]))
    assert drawn(buffer) == {(0, 1)}


def test_nothing_is_drawn_from_an_empty_buffer_or_before_a_clip_is_complete() -> None:
    buffer = holding(100, clip_length=3)
    assert len(buffer) == 0
    assert len(buffer.positions(5, np.random.default_rng(0))) == 0
    add(buffer, np.array([[0.0]]), np.array([0]), np.array([1.0]), np.array([False]))
    assert len(buffer) == 1
    assert len(buffer.positions(5, np.random.default_rng(0))) == 0


def test_the_ring_forgets_the_oldest_steps_and_clips_cross_its_seam() -> None:
    buffer = holding(6, clip_length=3)
    play(buffer, [4, 5])  # 0 ... 8; the ring holds 3 ... 8, the seam lies between 5 and 6
    assert len(buffer) == 6
    assert drawn(buffer) == {(4, 5, 6), (5, 6, 7), (6, 7, 8)}


def test_only_steps_among_the_newest_are_drawn_when_asked() -> None:
    buffer = holding(100, clip_length=3)
    play(buffer, [10])
    assert drawn(buffer, newest=4) == {(6, 7, 8), (7, 8, 9)}


def test_an_episode_that_is_cut_off_from_outside_does_not_go_on_in_a_clip() -> None:
    buffer = holding(100, clip_length=2)
    for number in range(4):
        if number == 2:
            buffer.begin_episodes()
        add(buffer, np.array([[number]]), np.array([0]), np.array([0.0]), np.array([False]))
    assert drawn(buffer) == {(0, 1), (2, 3)}


def test_absorbing_steps_never_start_a_clip_and_the_end_before_them_is_reported() -> None:
    buffer = holding(100, clip_length=3)
    play(
        buffer,
        [6],
        infos={
            2: noted({}, ended="terminated"),
            **{i: noted({}, absorbing=True) for i in (3, 4, 5)},
        },
    )
    assert drawn(buffer) == {(0, 1, 2), (1, 2, 3), (2, 3, 4)}
    for first, ended_at in ((0, 2), (1, 1), (2, 0)):
        clip = buffer.clip(Positions(np.array([0]), np.array([first]), np.array([3])))
        assert (clip.ended, clip.ended_at) == ("terminated", ended_at)


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ({}, "terminated"),
        ({"TimeLimit.truncated": True}, "truncated"),
        (noted({}, ended="truncated"), "truncated"),
        (noted({"TimeLimit.truncated": True}, ended="terminated"), "terminated"),
        (noted({}, absorbing=False), "terminated"),
        ({"ended": "of its own accord"}, "terminated"),
    ],
)
def test_a_clip_tells_why_its_episode_ended(info: dict[str, Any], reason: str) -> None:
    buffer = holding(100, clip_length=2)
    play(buffer, [3], infos={2: info})
    last = buffer.clip(Positions(np.array([0]), np.array([1]), np.array([2])))
    assert (last.ended, last.ended_at) == (reason, 1)
    first = buffer.clip(Positions(np.array([0]), np.array([0]), np.array([2])))
    assert (first.ended, first.ended_at) == (None, None)


def test_a_clip_holds_what_was_done_and_earned_and_when() -> None:
    buffer = a_buffer(3, env_id="Counting-v0")
    play(buffer, [3], start=4)
    clip = only(buffer)
    assert numbers(clip) == [4, 5, 6]
    assert clip.actions.tolist() == [0, 1, 0]
    assert clip.true_rewards.tolist() == [2.0, 2.5, 3.0]
    assert clip.true_rewards.dtype == np.float32
    assert (clip.agent_step, clip.env_id) == (60, "Counting-v0")


def test_clips_own_their_data() -> None:
    buffer = holding(6, clip_length=3)
    play(buffer, [6])
    clip = buffer.clip(buffer.positions(1, np.random.default_rng(0)))
    before = numbers(clip)
    play(buffer, [6], start=50)
    assert numbers(clip) == before
    for array in (*leaves(clip.observations), clip.actions, clip.true_rewards):
        assert array.base is None or array.base.nbytes == array.nbytes
        assert not array.flags.writeable


def test_batches_are_the_clips_padded_to_one_length() -> None:
    buffer = holding(100, clip_length=3)
    play(buffer, [2, 3])
    positions = Positions(np.array([0, 0]), np.array([0, 2]), np.array([2, 3]))
    transitions, mask, true_rewards = buffer.batch(positions)
    (leaf,) = leaves(transitions.observations)
    assert leaf[:, :, 0].tolist() == [[0, 1, 1], [2, 3, 4]]
    assert transitions.actions.tolist() == [[0, 1, 1], [0, 1, 0]]
    assert transitions.terminated.tolist() == [[False, True, True], [False, False, True]]
    assert true_rewards.tolist() == [[0.0, 0.5, 0.0], [1.0, 1.5, 2.0]]
    assert mask.tolist() == [[True, True, False], [True, True, True]]


def test_transitions_are_steps_among_the_newest_that_are_kept() -> None:
    buffer = holding(6, clip_length=2)
    play(buffer, [10])
    kept = buffer.transitions(200, np.random.default_rng(0))
    (leaf,) = leaves(kept.observations)
    assert set(leaf[:, 0].tolist()) == {4, 5, 6, 7, 8, 9}
    assert kept.actions.tolist() == (leaf[:, 0] % 2).tolist()
    assert kept.terminated.tolist() == (leaf[:, 0] == 9).tolist() and not kept.absorbing.any()
    newest = buffer.transitions(200, np.random.default_rng(0), newest=2)
    assert set(leaves(newest.observations)[0][:, 0].tolist()) == {8, 9}


SPACES: list[tuple[gym.Space[Any], gym.Space[Any]]] = [
    (gym.spaces.Box(-1, 1, (3,)), gym.spaces.Discrete(3)),
    (gym.spaces.Box(-1, 1, (2, 2), np.float64), gym.spaces.Box(-1, 1, (2,))),
    (gym.spaces.Discrete(5), gym.spaces.MultiDiscrete([2, 3])),
    (gym.spaces.MultiDiscrete([2, 4]), gym.spaces.MultiBinary(3)),
    (
        gym.spaces.Dict(
            {
                "near": gym.spaces.Box(-1, 1, (2,)),
                "goal": gym.spaces.Discrete(4),
                "eye": gym.spaces.Box(0, 255, (4, 4, 3), np.uint8),
            }
        ),
        gym.spaces.Discrete(2),
    ),
]


@pytest.mark.parametrize(("observed", "acted"), SPACES, ids=lambda space: type(space).__name__)
def test_observations_and_actions_of_every_space_come_back_as_they_went_in(
    observed: gym.Space[Any], acted: gym.Space[Any]
) -> None:
    observed.seed(1), acted.seed(2)
    buffer = ClipBuffer(observed, acted, 2, 4)
    steps = [[(observed.sample(), acted.sample()) for _ in range(2)] for _ in range(4)]
    for step in steps:
        seen = [pair[0] for pair in step]
        batch = (
            {key: np.stack([part[key] for part in seen]) for key in seen[0]}
            if isinstance(seen[0], dict)
            else np.stack(seen)
        )
        add(buffer, batch, np.stack([pair[1] for pair in step]), np.zeros(2), np.zeros(2, bool))
    for env in range(2):
        clip = buffer.clip(Positions(np.array([env]), np.array([0]), np.array([4])))
        assert clip.actions.dtype == acted.dtype
        for i, step in enumerate(steps):
            expected, action = step[env]
            np.testing.assert_array_equal(clip.actions[i], action)
            if isinstance(clip.observations, dict):
                for key, leaf in clip.observations.items():
                    np.testing.assert_array_equal(leaf[i], expected[key])
            else:
                assert clip.observations.dtype == observed.dtype
                np.testing.assert_array_equal(clip.observations[i], expected)


# --- what is needed to draw a clip again


def test_a_start_leads_from_the_newest_snapshot_to_the_first_step() -> None:
    buffer = a_buffer(2)
    play(buffer, [8], infos={0: noted({}, snapshot=b"0"), 4: noted({}, snapshot=b"4")})
    expected = {0: (b"0", []), 3: (b"0", [0, 1, 0]), 4: (b"4", []), 6: (b"4", [0, 1])}
    for first, (snapshot, actions) in expected.items():
        start = buffer.clip(Positions(np.array([0]), np.array([first]), np.array([2]))).start
        assert start is not None
        assert (start.snapshot, start.actions.tolist()) == (snapshot, actions)


def test_a_snapshot_of_the_episode_before_is_of_no_use() -> None:
    buffer = a_buffer(2)
    play(buffer, [3, 4], infos={0: noted({}, snapshot=b"0"), 5: noted({}, snapshot=b"5")})
    assert drawn(buffer) == {(0, 1), (1, 2), (3, 4), (4, 5), (5, 6)}
    assert drawn(buffer, drawable=True) == {(0, 1), (1, 2), (5, 6)}
    lost = buffer.clip(Positions(np.array([0]), np.array([3]), np.array([2])))
    assert lost.start is None


def test_a_snapshot_is_forgotten_with_its_step() -> None:
    buffer = holding(6, clip_length=2, space=gym.spaces.Box(0, np.inf, (1000,)))
    play(
        buffer, [8], infos={1: noted({}, snapshot=b"1"), 5: noted({}, snapshot=b"5")}
    )  # the ring: 2 ... 7
    assert drawn(buffer, drawable=True) == {(5, 6), (6, 7)}


def test_filmed_clips_carry_the_pictures_of_their_steps() -> None:
    def picture(number: int) -> np.ndarray[Any, Any]:
        return np.full((2, 3, 3), number, np.uint8)

    buffer = a_buffer(2)
    play(buffer, [5], infos={i: noted({}, frame=picture(i)) for i in (1, 2, 3)})
    assert drawn(buffer, drawable=True) == {(1, 2), (2, 3)}
    frames = buffer.clip(Positions(np.array([0]), np.array([1]), np.array([2]))).frames
    assert frames is not None
    np.testing.assert_array_equal(frames, np.stack([picture(1), picture(2)]))
    assert buffer.clip(Positions(np.array([0]), np.array([0]), np.array([2]))).frames is None


def test_of_several_environments_only_the_filmed_one_is_drawable() -> None:
    buffer = a_buffer(2, 2)
    frame = np.zeros((2, 2, 3), np.uint8)
    for number in range(4):
        observations = np.array([[number], [number]], np.float32)
        add(
            buffer,
            observations,
            np.zeros(2, int),
            np.zeros(2),
            np.zeros(2, bool),
            [noted({}, frame=frame), {}],
        )
    positions = buffer.positions(50, np.random.default_rng(0), drawable=True)
    assert set(positions.env.tolist()) == {0}


# --- memory


@pytest.mark.parametrize("n_envs", [1, 3])
@pytest.mark.parametrize(
    "extra",
    [
        lambda rng: noted({}, snapshot=rng.bytes(300)),
        lambda rng: noted({}, snapshot=b""),
        lambda rng: noted({}, frame=rng.integers(0, 255, (8, 8, 3)).astype(np.uint8)),
        lambda rng: {},
    ],
    ids=["snapshots", "empty snapshots", "frames", "nothing"],
)
def test_memory_stays_within_its_bound_when_overfilled(
    n_envs: int, extra: Callable[[np.random.Generator], dict[str, object]]
) -> None:
    rng = np.random.default_rng(0)
    bound = 50_000
    buffer = a_buffer(5, n_envs, max_bytes=bound)
    for _ in range(3 * buffer.capacity):
        add(
            buffer,
            np.zeros((n_envs, 1)),
            np.zeros(n_envs, int),
            np.zeros(n_envs),
            np.zeros(n_envs, bool),
            [extra(rng) for _ in range(n_envs)],
        )
        assert buffer.nbytes <= bound
    assert len(buffer) == buffer.capacity * n_envs
    assert buffer.nbytes > 0.6 * bound


def test_a_snapshot_larger_than_its_share_is_not_kept() -> None:
    buffer = a_buffer(2, max_bytes=10_000)
    play(buffer, [4], infos={0: noted({}, snapshot=bytes(5_000))})
    assert buffer.nbytes <= 10_000
    assert only(buffer).start is None


def test_stacked_images_are_stored_once() -> None:
    space = gym.spaces.Box(0, 255, (8, 8, 4), np.uint8)
    whole = a_buffer(5, observed=space, max_bytes=2**20)
    once = a_buffer(5, observed=space, max_bytes=2**20, frame_stack=FrameStack(4, axis=-1))
    assert once.capacity > 3 * whole.capacity


def test_too_little_memory_is_refused_with_the_memory_that_is_needed() -> None:
    with pytest.raises(ValueError, match=r"two clips of 100 steps need 200; .* >= \d+$") as refused:
        a_buffer(100, 4, max_bytes=1000)
    enough = int(str(refused.value).rsplit(" ", 1)[1])
    assert a_buffer(100, 4, max_bytes=enough).capacity == 200


def test_a_clip_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="clip_length must be at least 1 step, but is 0"):
        a_buffer(0)


# --- stacked frames


class Flicker(gym.Env[Any, Any]):
    """Shows random images; the episodes last 7 steps."""

    action_space = LEFT_RIGHT

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self.observation_space = gym.spaces.Box(0, 255, shape, np.uint8)
        self.steps = 0

    def _image(self) -> Any:
        return self.np_random.integers(1, 255, self.observation_space.shape or ()).astype(np.uint8)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.steps = 0
        return self._image(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        return self._image(), 0.0, self.steps == 7, False, {}


@pytest.mark.parametrize(
    ("shape", "order"), [((9, 8, 1), "last"), ((9, 8, 3), "last"), ((2, 9, 8), "first")]
)
def test_rebuilt_stacks_equal_those_of_vec_frame_stack(
    shape: tuple[int, int, int], order: str
) -> None:
    venv = DummyVecEnv([lambda: Flicker(shape)] * 2)
    venv.seed(0)
    stacked = VecFrameStack(venv, 4, channels_order=order)
    pixels = int(np.prod(shape))
    buffer = ClipBuffer(
        stacked.observation_space,
        stacked.action_space,
        2,
        5,
        max_bytes=40 * (pixels + 30) * 2,
        frame_stack=FrameStack(4, axis=stacked.stacked_obs.repeat_axis),
    )
    shown: list[Any] = []
    seen: Any = stacked.reset()
    for _ in range(100):
        shown.append(seen.copy())
        actions = np.zeros(2, np.int64)
        following, _, dones, _ = stacked.step(actions)
        add(buffer, shown[-1], actions, np.zeros(2), dones)
        seen = following
    assert buffer.capacity < 50  # so that the ring went round
    positions = buffer.positions(300, np.random.default_rng(0))
    steps_in_episode = set((positions.first % 7).tolist())
    assert steps_in_episode == {0, 1, 2}
    transitions, mask, _ = buffer.batch(positions)
    (batch,) = leaves(transitions.observations)
    assert mask.all()
    for i in range(len(positions)):
        env, first = int(positions.env[i]), int(positions.first[i])
        expected = np.stack([step[env] for step in shown[first : first + 5]])
        np.testing.assert_array_equal(batch[i], expected)
        np.testing.assert_array_equal(buffer.clip(positions[i : i + 1]).observations, expected)
    _check_transitions(buffer, shown)


def _check_transitions(buffer: ClipBuffer, shown: list[Any]) -> None:
    """Every transition is one of the stacks that the agent was shown."""
    (stacks,) = leaves(buffer.transitions(300, np.random.default_rng(1)).observations)
    known = {stack.tobytes() for step in shown for stack in step}
    assert {stack.tobytes() for stack in stacks} <= known


# --- state


def test_a_buffer_goes_on_from_the_state_of_another() -> None:
    one, other = holding(6, clip_length=3), holding(6, clip_length=3)
    play(one, [4, 3])
    add(one, np.array([[7.0]]), np.array([1]), np.array([3.5]), np.array([False]))
    state = one.state()
    other.load_state({name: array.copy() for name, array in state.items()})
    for buffer in (one, other):
        play(buffer, [2], start=8)
    assert other.rows == one.rows
    assert drawn(other) == drawn(one) == {(4, 5, 6), (7, 8, 9)}


def test_snapshots_and_frames_are_part_of_the_state() -> None:
    one, other = (a_buffer(2) for _ in range(2))
    frame = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    play(
        one,
        [5],
        infos={
            1: noted({}, snapshot=b"one"),
            2: noted({}, snapshot=b""),
            **dict.fromkeys((3, 4), noted({}, frame=frame)),
        },
    )
    play(other, [3], start=50, infos={50: noted({}, snapshot=b"other")})
    other.load_state(one.state())
    assert other.nbytes == one.nbytes
    assert drawn(other, drawable=True) == {(1, 2), (2, 3), (3, 4)}
    clip = other.clip(Positions(np.array([0]), np.array([3]), np.array([2])))
    assert clip.start is not None and clip.start.snapshot == b""
    assert clip.start.actions.tolist() == [0]
    np.testing.assert_array_equal(clip.frames, np.stack([frame, frame]))


def test_the_state_does_not_change_as_the_buffer_goes_on() -> None:
    buffer = holding(6, clip_length=3)
    play(buffer, [4])
    state = buffer.state()
    before = {name: array.copy() for name, array in state.items()}
    add(buffer, np.array([[9.0]]), np.array([1]), np.array([3.5]), np.array([False]))
    for name, array in state.items():
        np.testing.assert_array_equal(array, before[name])


def test_the_state_of_a_buffer_of_another_size_is_refused() -> None:
    one, other = holding(6, clip_length=3), holding(8, clip_length=3)
    play(one, [10])
    with pytest.raises(ValueError, match=r"\(6, 1\), but this buffer takes \(8, 1\)"):
        other.load_state(one.state())


# --- against a model


@dataclass
class Step:
    """What the model of a buffer keeps of a step."""

    number: int
    held: bool
    last: bool


def clips_of(episodes: list[list[Step]], kept: int, length: int) -> set[tuple[int, ...]]:
    """All clips of one environment, cut from plain lists; ``kept`` is the first kept number."""
    found = set()
    for episode in episodes:
        whole = episode[-1].last and len(episode) < length
        spans = (
            [episode]
            if whole
            else [episode[i : i + length] for i in range(len(episode) - length + 1)]
        )
        for span in spans:
            if span[0].number >= kept and not span[0].held:
                found.add(tuple(step.number for step in span))
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=10),
    st.integers(1, 5),
    st.integers(0, 20),
    st.booleans(),
)
def test_the_clips_are_those_of_a_plain_list_of_episodes(
    episodes: list[tuple[int, int]], length: int, spare: int, cut_off: bool
) -> None:
    buffer = holding(2 * length + spare, clip_length=length)
    model: list[list[Step]] = []
    number = 0
    for i, (steps, alive) in enumerate(episodes):
        unfinished = cut_off and i == len(episodes) - 1
        model.append([])
        for j in range(steps):
            step = Step(number, held=j >= max(alive, 1), last=j == steps - 1 and not unfinished)
            info: dict[str, object] = noted({}, absorbing=True) if step.held else {}
            add(
                buffer,
                np.array([[number]]),
                np.zeros(1),
                np.zeros(1),
                np.array([step.last]),
                [info],
            )
            model[-1].append(step)
            number += 1
    kept = max(number - buffer.capacity, 0)
    expected = clips_of(model, kept, length)
    everything = buffer.positions(3000, np.random.default_rng(0))
    first = {(int(f), int(n)) for f, n in zip(everything.first, everything.length, strict=True)}
    assert {tuple(range(f, f + n)) for f, n in first} == expected
    for f, n in first:
        clip = buffer.clip(Positions(np.array([0]), np.array([f]), np.array([n])))
        assert numbers(clip) == list(range(f, f + n))


LANDED: dict[int, Any] = {
    number: noted({}, ended="terminated") if number % 40 == 36 else noted({}, absorbing=True)
    for number in range(400)
    if number % 40 >= 36
}
"""Episodes of 37 steps, and 3 absorbing ones after them."""


def test_where_terminal_states_are_valued_more_of_the_drawn_clips_show_one() -> None:
    shares = []
    for valued_terminals in (False, True):
        buffer = a_buffer(3, valued_terminals=valued_terminals)
        play(buffer, [40] * 10, infos=LANDED)
        clips = buffer.positions(4000, np.random.default_rng(0))
        shown = [buffer.clip(clips[i : i + 1]).ended is not None for i in range(4000)]
        shares.append(np.mean(shown))
    few = 3 / 37  # clips start at 37 steps of an episode, at 3 of which they run into its end
    assert shares[0] == pytest.approx(few, abs=0.02)
    assert shares[1] == pytest.approx(SHOW_END + (1 - SHOW_END) * few, abs=0.02)


def test_clips_of_absorbing_steps_show_nothing_else() -> None:
    buffer = a_buffer(3, valued_terminals=True)
    play(buffer, [40] * 10, infos=LANDED)
    clips = buffer.positions(50, np.random.default_rng(0), absorbing=True)
    assert {first % 40 for first in clips.first.tolist()} == {37}
    clip = buffer.clip(clips[:1])
    assert (clip.ended, clip.ended_at) == ("terminated", -1)
    fresh = a_buffer(3, valued_terminals=True)
    play(fresh, [40])
    assert len(fresh.positions(50, np.random.default_rng(0), absorbing=True)) == 0


def test_a_step_ends_its_episode_unless_by_a_time_limit() -> None:
    buffer = a_buffer(3)
    ended = []
    infos: dict[int, Any] = {**LANDED, 79: {"TimeLimit.truncated": True}}
    for number in range(85):
        done = number in (39, 79, 84)
        step = add(buffer, np.zeros((1, 1)), np.zeros(1), np.zeros(1), np.array([done]),
                   [infos.get(number, {})])  # fmt: skip
        if step.terminated[0]:
            ended.append(number)
    assert ended == [36, 76, 84]


def test_what_was_seen_after_a_step_is_kept_also_where_an_episode_is_over() -> None:
    buffer = a_buffer(3, max_bytes=2**12, keep_next=True)
    for step in range(2 * buffer.capacity):
        add(
            buffer,
            np.array([[step]], np.float32),
            np.array([0]),
            np.array([0.0]),
            np.array([step % 5 == 4]),
            next_observations=np.array([[step + 0.5]], np.float32),
        )
    assert buffer.nbytes <= 2**12
    rng = np.random.default_rng(0)
    positions = buffer.positions(50, rng)
    padded, mask, _ = buffer.batch(positions)
    assert mask.any()
    for found in (padded, buffer.transitions(50, rng)):
        assert found.next_observations is not None
        (before,), (after,) = leaves(found.observations), leaves(found.next_observations)
        np.testing.assert_array_equal(after, before + 0.5)
    clip = buffer.clip(positions[:1])
    assert clip.next_observations is not None
    assert clip.transitions.terminated.tolist() == [step % 5 == 4 for step in numbers(clip)]
    np.testing.assert_array_equal(clip.next_observations, leaves(clip.observations)[0] + 0.5)
    copy = a_buffer(3, max_bytes=2**12, keep_next=True)
    copy.load_state(buffer.state())
    again = copy.clip(positions[:1]).next_observations
    np.testing.assert_array_equal(again, clip.next_observations)


def test_steps_after_an_end_are_absorbing_until_the_next_episode_begins() -> None:
    buffer = holding(20, clip_length=2)
    infos: dict[int, Any] = {
        2: noted({}, ended="terminated"),
        3: noted({}, absorbing=True),
        4: noted({}, absorbing=True),
    }
    absorbing = []
    for number in range(6):
        step = add(
            buffer,
            np.array([[number]], np.float32),
            np.array([0]),
            np.array([0.0]),
            np.array([number == 4]),
            [infos.get(number, {})],
        )
        absorbing.append(bool(step.absorbing[0]))
    assert absorbing == [False, False, False, True, True, False]


def test_absorbing_transitions_are_only_absorbing_ones() -> None:
    buffer = holding(20, clip_length=2)
    play(
        buffer,
        [6],
        infos={
            3: noted({}, ended="terminated"),
            4: noted({}, absorbing=True),
            5: noted({}, absorbing=True),
        },
    )
    found = buffer.transitions(50, np.random.default_rng(0), absorbing=True)
    assert found.absorbing.all() and not found.terminated.any()
    (leaf,) = leaves(found.observations)
    assert set(leaf[:, 0].tolist()) == {4.0, 5.0}


def test_without_absorbing_steps_no_absorbing_transitions_are_returned() -> None:
    buffer = holding(20, clip_length=2)
    play(buffer, [6])
    assert len(buffer.transitions(50, np.random.default_rng(0), absorbing=True)) == 0
