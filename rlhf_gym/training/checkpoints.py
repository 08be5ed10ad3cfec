"""Checkpoints: all that a run needs to go on after any stop, in files without our own pickles."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.relabelling import reward_state
from rlhf_gym.clips.observations import Array, leaves
from rlhf_gym.clips.plain_data import decode, encode
from rlhf_gym.environments.vec_env import restore_vec_env, vec_env_state
from rlhf_gym.feedback.run_folder import RunFolder

if TYPE_CHECKING:
    from rlhf_gym.training.human_feedback import HumanFeedback

__all__ = ["load_checkpoint", "save_checkpoint"]

Agent = TypeVar("Agent", bound=BaseAlgorithm)

AGENT, MODEL, COUNTERS = "agent.zip", "reward_model.pt", "counters.json"
CLIPS, REPLAY, RANDOM = "clip_buffer.npz", "replay.npz", "torch_rng.pt"


def save_checkpoint(run: RunFolder, agent: BaseAlgorithm, feedback: HumanFeedback) -> None:
    """Write a checkpoint beside the last one, then put it in that one's place.

    Whenever the process dies, one whole checkpoint is there.
    """
    part = run.checkpoint.with_name("checkpoint.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    agent.save(part / AGENT)
    feedback.reward_model.save(part / MODEL)
    np.savez(part / CLIPS, allow_pickle=False, **feedback.buffer.state())
    if isinstance(agent, OffPolicyAlgorithm) and agent.replay_buffer is not None:
        np.savez(part / REPLAY, allow_pickle=False, **_replay_state(agent.replay_buffer))
    torch.save(_torch_random_states(), part / RANDOM)
    assert agent.env is not None
    counters = {
        "feedback": feedback.state(),
        "observations": feedback.recorder.observations,
        "environments": vec_env_state(agent.env),
        "numpy": np.random.get_state(legacy=False),
        "python": random.getstate(),
        "actions": agent.action_space.np_random.bit_generator.state,
    }
    (part / COUNTERS).write_text(json.dumps(encode(counters)))
    _replace(run.checkpoint, part)


def _replace(folder: Path, part: Path) -> None:
    old = folder.with_name("checkpoint.old")
    if folder.exists():  # else a killed process left the old one, which is all there is
        shutil.rmtree(old, ignore_errors=True)
        os.replace(folder, old)
    os.replace(part, folder)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(
    run: RunFolder,
    algorithm: type[Agent],
    env: VecEnv,
    feedback: HumanFeedback,
    device: str = "auto",
) -> Agent:
    """Read the last checkpoint into ``feedback`` and return the agent, on ``env``.

    Where the environments can be restored (`SnapshotRecorder.restorable`), what follows is what
    would have followed without the stop, except under generalised state-dependent exploration
    (``use_sde=True``), whose noise is drawn anew. Otherwise they begin new episodes.

    Raises:
        FileNotFoundError: if there is no checkpoint.
        ValueError: if it was made with other environments or settings.
    """
    folder = latest_checkpoint(run)
    counters = decode(json.loads((folder / COUNTERS).read_text()))
    agent = algorithm.load(folder / AGENT, env=env, device=device, force_reset=False)
    feedback.reward_model.load_state(
        torch.load(folder / MODEL, map_location="cpu", weights_only=True)
    )
    feedback.load_state(counters["feedback"])
    goes_on = _restore_environments(agent, feedback, counters)
    with np.load(folder / CLIPS, allow_pickle=False) as arrays:
        feedback.buffer.load_state(dict(arrays))
    if not goes_on:
        feedback.buffer.begin_episodes()
    if isinstance(agent, OffPolicyAlgorithm) and agent.replay_buffer is not None:
        with np.load(folder / REPLAY, allow_pickle=False) as arrays:
            _load_replay(agent.replay_buffer, dict(arrays))
            feedback.relabel(agent, dict(arrays))
    random.setstate(counters["python"])
    np.random.set_state(counters["numpy"])
    agent.action_space.np_random.bit_generator.state = counters["actions"]
    _set_torch_random_states(torch.load(folder / RANDOM, weights_only=True))
    return agent


def latest_checkpoint(run: RunFolder) -> Path:
    """The folder of the last whole checkpoint.

    Raises:
        FileNotFoundError: if there is none.
    """
    for name in ("checkpoint", "checkpoint.old"):
        folder = run.checkpoint.with_name(name)
        if (folder / COUNTERS).exists():
            return folder
    raise FileNotFoundError(
        f"{run.path} holds no checkpoint: the run stopped before its first one; start it anew"
    )


def _restore_environments(
    agent: BaseAlgorithm, feedback: HumanFeedback, counters: dict[str, Any]
) -> bool:
    """Whether the environments go on where they were; False: they begin new episodes."""
    assert agent.env is not None
    shown = agent._last_obs
    fresh: Any = agent.env.reset()
    if not restore_vec_env(agent.env, counters["environments"]):
        agent._last_obs = fresh
        agent._last_episode_starts = np.ones(agent.env.num_envs, dtype=bool)
        if agent._vec_normalize_env is not None:
            agent._last_original_obs = agent._vec_normalize_env.get_original_obs()
        return False
    agent._last_obs = shown
    feedback.recorder.resume_at(counters["observations"])
    feedback.learned_reward.resume_at(counters["observations"])
    return True


def _torch_random_states() -> dict[str, Any]:
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def _set_torch_random_states(states: dict[str, Any]) -> None:
    torch.set_rng_state(states["cpu"])
    if torch.cuda.device_count() == len(states["cuda"]) > 0:
        torch.cuda.set_rng_state_all(states["cuda"])


def _replay_state(buffer: ReplayBuffer) -> dict[str, Array]:
    """The filled rows of a replay buffer as plain arrays."""
    rows = _filled(buffer)
    state: dict[str, Array] = {"pos": np.array(buffer.pos), "full": np.array(buffer.full)}
    for name in ("observations", "next_observations"):
        for i, leaf in enumerate(leaves(getattr(buffer, name, {}))):
            state[f"{name}_{i}"] = leaf[rows]
    for name in ("actions", "rewards", "dones", "timeouts"):
        state[name] = np.asarray(getattr(buffer, name))[rows]
    return state | {name: array[rows] for name, array in reward_state(buffer).items()}


def _load_replay(buffer: ReplayBuffer, state: dict[str, Array]) -> None:
    buffer.pos, buffer.full = int(state["pos"]), bool(state["full"])
    rows = _filled(buffer)
    for name in ("observations", "next_observations"):
        for i, leaf in enumerate(leaves(getattr(buffer, name, {}))):
            leaf[rows] = state[f"{name}_{i}"]
    for name in ("actions", "dones", "timeouts"):
        getattr(buffer, name)[rows] = state[name]
    np.asarray(buffer.rewards)[rows] = state["rewards"]


def _filled(buffer: ReplayBuffer) -> slice:
    # With optimize_memory_usage the newest next observation lies one row further.
    return slice(0, buffer.buffer_size if buffer.full else buffer.pos + 1)
