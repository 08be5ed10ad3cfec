"""Checkpoints: all that a run needs to go on after any stop, in files without our own pickles.

A checkpoint holds the agent, its environments, the random states, and the parts of the plug-in.
Each `Part` gives and takes its own state; what a state means, only the part knows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.acting import RecurrentState
from rlhf_gym.agents.random_states import (
    random_states,
    set_random_states,
    set_torch_random_states,
    torch_random_states,
)
from rlhf_gym.clips.plain_data import decode, encode
from rlhf_gym.environments.vec_env import restore_vec_env, vec_env_state
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.seals import seal_file
from rlhf_gym.training.checkpoint_files import (
    latest_checkpoint,
    places_of,
    read_counters,
    write_checkpoint,
    write_counters,
)
from rlhf_gym.training.trust import agent_is_own, strange, trust_run

__all__ = [
    "Checkpoints",
    "Part",
    "latest_checkpoint",
    "load_agent",
    "load_parts",
    "save_checkpoint",
]

Agent = TypeVar("Agent", bound=BaseAlgorithm)

AGENT, RANDOM = "agent.zip", "torch_rng.pt"
"""The agent as stable-baselines3 saves it; the random states of torch."""
RECURRENT = "recurrent"
"""Name of the part that keeps the state of a recurrent policy."""
SHARE = 1 / 20
"""Share of the time, at most, that is spent on checkpoints."""


class Part(Protocol):
    """Something with a state that a checkpoint keeps."""

    def state(self) -> Mapping[str, Any]:
        """Return the state: plain data, only NumPy arrays, or plain data with torch tensors."""
        ...

    def load_state(self, state: dict[str, Any], /) -> None:
        """Take over what `state` gave."""


class Checkpoints:
    """Says when the next checkpoint is due, and writes it."""

    def __init__(self, run: RunFolder | None, seconds: float) -> None:
        """Write into ``run``, with ``seconds`` or more between two; without a run write nothing."""
        self._run = run
        self._folder = None if run is None else run.checkpoint
        self._seconds = seconds
        self._due = time.monotonic() + seconds

    @property
    def due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return self._folder is not None and time.monotonic() >= self._due

    def latest(self, trust: bool) -> Path:
        """Return the folder of the last whole checkpoint, see `latest_checkpoint`.

        Raises:
            ValueError: the run is not this account's own, and is not trusted.
            FileNotFoundError: there is none.
        """
        assert self._run is not None
        if not any(path.exists() for path in places_of(self._run.checkpoint)):
            raise FileNotFoundError(
                f"{self._run.path} holds no checkpoint: the run stopped before its first one; "
                "begin with a new agent instead of restore: all answers are kept"
            )
        found = latest_checkpoint(self._run.checkpoint)
        if not trust and not agent_is_own(self._run):
            raise ValueError(strange(self._run, "pass trust=True to restore"))
        if trust:
            trust_run(self._run)
        return found

    def save(self, agent: BaseAlgorithm, parts: Mapping[str, Part]) -> None:
        """Write a checkpoint, see `save_checkpoint`."""
        if self._folder is None:
            return
        began = time.monotonic()
        save_checkpoint(self._folder, agent, parts)
        took = time.monotonic() - began
        self._due = began + max(self._seconds, took / SHARE)


def save_checkpoint(folder: Path, agent: BaseAlgorithm, parts: Mapping[str, Part]) -> None:
    """Write a checkpoint into ``folder``, see `write_checkpoint`.

    A part whose state is of arrays is written to ``NAME.npz``, one with tensors to ``NAME.pt``, and
    all others to ``counters.json``.

    Raises:
        TypeError: if the state of a part is none of these; the message names the part.
    """

    def write(new: Path) -> None:
        agent.save(new / AGENT)
        torch.save(torch_random_states(), new / RANDOM)
        assert agent.env is not None
        written = {
            name: _write(new / name, part.state())
            for name, part in {RECURRENT: RecurrentState(agent), **parts}.items()
        }
        others = {"environments": vec_env_state(agent.env), **random_states(agent)}
        write_counters(new, {"parts": written, "others": encode(others)})
        seal_file(folder.parent, new / AGENT)

    write_checkpoint(folder, write)


def _write(path: Path, state: Mapping[str, Any]) -> Any:
    """Write a state to a file of its own and return None, or return plain data as JSON data."""
    if state and all(isinstance(value, np.ndarray) for value in state.values()):
        np.savez(path.with_suffix(".npz"), allow_pickle=False, **state)
        return None
    if any(isinstance(value, torch.Tensor) for value in _flat(state)):
        torch.save(dict(state), path.with_suffix(".pt"))
        return None
    try:
        return encode(state)
    except TypeError as error:
        raise TypeError(f"the state of {path.name} cannot be kept: {error}") from error


def _flat(value: Any) -> Iterator[Any]:
    """Yield all values in nested dictionaries, lists and tuples."""
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        yield value
        return
    for item in value:
        yield from _flat(item)


def load_agent(
    folder: Path, algorithm: type[Agent], env: VecEnv, device: str | torch.device = "auto"
) -> Agent:
    """Return the agent of a checkpoint, on ``env``; then call `load_parts`.

    ``folder`` is the checkpoint itself, as `latest_checkpoint` returns it.
    """
    return algorithm.load(folder / AGENT, env=env, device=device, force_reset=False)


def load_parts(folder: Path, agent: BaseAlgorithm, parts: Mapping[str, Part]) -> None:
    """Restore the environments of ``agent``, then ``parts`` in their order, and the random states.

    ``folder`` is the checkpoint from which `load_agent` has loaded the agent.

    If the environments can be restored (`SnapshotRecorder.restorable`), what follows is what would
    have followed without the stop, except under generalised state-dependent exploration
    (``use_sde=True``), whose noise is drawn again. Otherwise they begin new episodes.

    Raises:
        ValueError: if the checkpoint was made with other environments or settings.
    """
    written, counters = _read_counters(folder)
    assert agent.env is not None
    agent.env.reset()
    goes_on = restore_vec_env(agent.env, counters["environments"])
    for name, part in {RECURRENT: RecurrentState(agent), **parts}.items():
        state = _read(folder / name, written.get(name))
        if state is not None:  # else there was no such part when the checkpoint was written
            part.load_state(state)
    if not goes_on:
        _begin_episodes(agent)
    set_random_states(agent, counters)
    set_torch_random_states(torch.load(folder / RANDOM, weights_only=True))


def _read_counters(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the plain states of the parts, and the other counters."""
    read = read_counters(folder)
    if "parts" in read:
        written = {name: decode(state) for name, state in read["parts"].items()}
        return written, decode(read["others"])
    counters = decode(read)
    return _parts_of_the_first_release(counters), counters


def _read(path: Path, written: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the state of a part from its own file, if it has one, else ``written``."""
    if path.with_suffix(".npz").exists():
        with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
            return dict(arrays)
    if path.with_suffix(".pt").exists():
        state: dict[str, Any] = torch.load(
            path.with_suffix(".pt"), map_location="cpu", weights_only=True
        )
        return state
    return written


def _parts_of_the_first_release(counters: dict[str, Any]) -> dict[str, Any]:
    """Return the states of the parts from a checkpoint of version 0.1.0, which knew no parts."""
    feedback, observations = counters["feedback"], counters["observations"]
    loop = feedback["teaching"]
    (agent_step, seconds), (taken, done) = feedback["recorder"], feedback["warm_up"]
    return {
        "recorder": {"agent_step": agent_step, "seconds": seconds, "observations": observations},
        "log": feedback["log"],
        "warm_up": {"taken": taken, "done": done},
        "teacher": feedback["teacher"],
        "asking": {"round": loop["round"], "rng": loop["asking_rng"]},
        "loop": loop,
    }


def _begin_episodes(agent: BaseAlgorithm) -> None:
    assert agent.env is not None
    observations: Any = agent.env.reset()
    agent._last_obs = observations
    agent._last_episode_starts = np.ones(agent.env.num_envs, dtype=bool)
    if agent._vec_normalize_env is not None:
        agent._last_original_obs = agent._vec_normalize_env.get_original_obs()
