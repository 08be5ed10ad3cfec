"""Atari: steps/s beside stable-baselines3's own environments, and the size of stored clips.

``speed``: the vector environment alone. ``training``: PPO with hidden score, recorder and the
learned reward of three networks as in Christiano et al. 2017, beside plain PPO of
stable-baselines3. ``clips``: bytes of 1,000 clips in
the store, and in the reward model that learns from them.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from measuring import arguments, one_thread, report
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_atari_env
from stable_baselines3.common.vec_env import VecEnv, VecFrameStack

from rlhf_gym import FeedbackStore, Query, RewardEnsemble, RewardModelSettings, make_atari
from rlhf_gym.clips.buffer import ClipBuffer
from rlhf_gym.environments.lookup import environment_record, frame_stack_of
from rlhf_gym.wrappers.clip_recorder import ClipRecorder
from rlhf_gym.wrappers.learned_reward import VecLearnedReward

N_ENVS, GAME = 8, "PongNoFrameskip-v4"
PARTS = ("speed", "training", "clips")


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("part", nargs="?", choices=PARTS, help="default: all")
    options = parser.parse_args()
    if options.part != "training":
        one_thread()
    for part in [options.part] if options.part else PARTS:
        {"speed": _speed, "training": _training, "clips": _clips}[part](options.repeats)


def _speed(repeats: int) -> None:
    """Steps/s of 8 games of Pong, of ours over those of stable-baselines3."""
    ours, theirs = make_atari("pong", N_ENVS, seed=0, setting="mnih2015"), _theirs()
    for venv in (ours, theirs):
        venv.reset()
        _steps_a_second(venv, 50)
    pairs = [(_steps_a_second(ours, 300), _steps_a_second(theirs, 300)) for _ in range(repeats)]
    report(
        "Pong, 8 games, steps/s, ours / make_atari_env in a DummyVecEnv",
        [one / other for one, other in pairs],
        at_least=2.5,
        steps_a_second=pairs,
    )


def _training(repeats: int) -> None:
    """Steps/s of PPO, with all that learning from clips adds, over plain PPO."""
    pairs = [(_taught(seed), _plain(seed)) for seed in range(repeats)]
    report(
        "PPO on Pong with hidden score, recorder and learned reward / plain PPO, steps/s",
        [one / other for one, other in pairs],
        at_least=0.9,
        steps_a_second=pairs,
    )


def _clips(repeats: int, clips: int = 1000) -> None:
    """MiB of 1,000 clips of 25 steps of random play: in the store's file with their pictures, and
    in the memory of a reward model that has their labels."""
    for game in ("pong", "seaquest"):
        sizes = [_sizes(game, clips, seed) for seed in range(repeats)]
        stored, held = ([size[place] / 2**20 for size in sizes] for place in (0, 1))
        report(f"{clips:,} stored clips of 25 steps of {game}", stored, at_most=40, unit=" MiB")
        report(f"{clips:,} labelled clips of {game} in a reward model", held, unit=" MiB")


def _sizes(game: str, clips: int, seed: int) -> tuple[int, int]:
    """Bytes of clips in a store, and in a reward model."""
    venv = make_atari(game, N_ENVS, seed=seed)
    buffer = ClipBuffer(
        venv.observation_space, venv.action_space, N_ENVS, 25, frame_stack=frame_stack_of(venv)
    )
    recorder = ClipRecorder(venv, buffer)
    recorder.reset()
    rng = np.random.default_rng(seed)
    for _ in range(1000):
        recorder.step(rng.integers(venv.action_space.n, size=N_ENVS))  # type: ignore[attr-defined]
    found = buffer.positions(clips, rng, drawable=True)
    cut = [buffer.clip(found[place : place + 1]) for place in range(clips)]
    queries = {i: Query((cut[2 * i], cut[2 * i + 1]), id=i) for i in range(clips // 2)}
    model = RewardEnsemble(venv.observation_space, venv.action_space, device="cpu")
    model.update(dict.fromkeys(queries, 1.0), queries)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feedback.sqlite"
        with FeedbackStore.create(path, environment=environment_record(venv)) as store:
            store.add_queries([replace(query, id=0) for query in queries.values()])
        return sum(file.stat().st_size for file in Path(folder).iterdir()), model.dataset.nbytes


def _theirs() -> VecEnv:
    return VecFrameStack(make_atari_env(GAME, N_ENVS, seed=0), 4)


def _steps_a_second(venv: VecEnv, steps: int) -> float:
    actions = np.random.default_rng(0).integers(6, size=(steps, venv.num_envs))
    begun = time.perf_counter()
    for each in actions:
        venv.step(each)
    return steps * venv.num_envs / (time.perf_counter() - begun)


_AGENT: dict[str, Any] = {"n_steps": 64, "batch_size": 256, "n_epochs": 4}


def _taught(seed: int, steps: int = 1536) -> float:
    """Between two fits: what is done at every step is measured, and not what a label costs."""
    venv = make_atari("pong", N_ENVS, seed=seed)
    settings = RewardModelSettings(hidden=(64,), actions=False)
    model = RewardEnsemble(venv.observation_space, venv.action_space, settings)
    buffer = ClipBuffer(
        venv.observation_space, venv.action_space, N_ENVS, 25, frame_stack=frame_stack_of(venv)
    )
    paid = VecLearnedReward(ClipRecorder(venv, buffer), model.predict)
    agent = PPO("CnnPolicy", paid, seed=seed, **_AGENT)
    return _rate(lambda: agent.learn(steps), steps)


def _plain(seed: int, steps: int = 1536) -> float:
    agent = PPO("CnnPolicy", _theirs(), seed=seed, **_AGENT)
    return _rate(lambda: agent.learn(steps), steps)


def _rate(work: Any, steps: int) -> float:
    begun = time.perf_counter()
    work()
    return steps / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
