"""The environments of the suite: steps/s of our own, and clips of all of them run again.

``speed``: steps/s without rendering, on one core, of those that are computed in Python.
``again``: of each environment 100 clips at random, run again from their starts in an environment of
their own, as they are when a person is shown them: how many repeat what was recorded.
"""

from __future__ import annotations

import time
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from measuring import arguments, one_thread, report

from rlhf_gym import make_vec_env
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.clips.clip import Clip
from rlhf_gym.clips.observations import leaves
from rlhf_gym.clips.snapshots import restore
from rlhf_gym.environments.lookup import frame_stack_of, spec_json
from rlhf_gym.envs import ATARI_IDS
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder

STEPS, CLIPS, LENGTH, N_ENVS = 20_000, 100, 25, 4


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=3)
    parser.add_argument("part", nargs="?", choices=("speed", "again"), help="default: both")
    parser.add_argument("--only", default="", help="ids that contain this text")
    options = parser.parse_args()
    one_thread()
    ids = [name for name in gym.registry if name.startswith("rlhf/") and options.only in name]
    for env_id in ids:
        if options.part != "again" and _own(env_id):
            rates = [_steps_a_second(env_id, seed) for seed in range(options.repeats)]
            report(f"{env_id}, steps/s", [max(rates)], at_least=50_000, of=rates)
        if options.part != "speed":
            report(f"{env_id}, clips run again", [_equal(env_id)], at_least=CLIPS, of=CLIPS)


def _own(env_id: str) -> bool:
    """Whether it is computed in Python, by this project."""
    robots = type(gym.make(env_id).unwrapped).__mro__
    names = {kind.__module__ for kind in robots}
    return env_id not in ATARI_IDS and not any(
        word in name for name in names for word in ("atari", "mujoco", "box2d")
    )


def _steps_a_second(env_id: str, seed: int) -> float:
    env = gym.make(env_id).unwrapped
    env.reset(seed=seed)
    env.action_space.seed(seed)
    actions = [env.action_space.sample() for _ in range(STEPS)]
    begun = time.perf_counter()
    for action in actions:
        *_, info = env.step(action)
        if notes_of(info).ended:  # the end would be held from here on, which costs next to nothing
            env.reset()
    return STEPS / (time.perf_counter() - begun)


def _equal(env_id: str) -> int:
    """How many of the clips show the same again, at every step."""
    venv = make_vec_env(env_id, N_ENVS, seed=0)
    buffer = ClipBuffer(
        venv.observation_space,
        venv.action_space,
        N_ENVS,
        LENGTH,
        frame_stack=frame_stack_of(venv),
        env_id=env_id,
    )
    recorder = ClipRecorder(venv, buffer)
    recorder.reset()
    rng = np.random.default_rng(0)
    venv.action_space.seed(0)
    for _ in range(1500):
        recorder.step(np.array([venv.action_space.sample() for _ in range(N_ENVS)]))
    found = buffer.positions(CLIPS, rng, drawable=True)
    env = gym.make(EnvSpec.from_json(spec_json(venv)))
    env.reset(seed=1)
    return sum(_repeats(env, buffer.clip(found[i : i + 1])) for i in range(CLIPS))


def _repeats(env: gym.Env[Any, Any], clip: Clip) -> bool:
    assert clip.start is not None
    restore(env, clip.start.snapshot)
    for action in clip.start.actions:
        seen = env.step(action.copy())[0]
    first = len(clip.start.actions) == 0
    for step, action in enumerate(clip.actions):
        if not first and not _same(clip, step, seen):
            return False
        seen, first = env.step(action.copy())[0], False
    return True


def _same(clip: Clip, step: int, seen: Any) -> bool:
    return all(
        np.array_equal(np.asarray(leaf).astype(recorded.dtype), recorded[step])
        for recorded, leaf in zip(leaves(clip.observations), leaves(seen), strict=True)
    )


if __name__ == "__main__":
    main()
