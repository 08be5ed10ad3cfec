"""Evaluation of an agent on the untouched environment: true returns and videos."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3.common import env_util
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.type_aliases import PolicyPredictor
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.agents.acting import acting_in
from rlhf_gym.basics.checks import Seed, check_arguments
from rlhf_gym.basics.closing import closing
from rlhf_gym.clips.pictures import stacked
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.environments.maker import EnvironmentMaker, Source, Wrap, checked_time_limit
from rlhf_gym.envs.description import describe_env
from rlhf_gym.media import encode, off_screen, steps_a_frame
from rlhf_gym.runs.settings import VIDEO_SECONDS, Episodes
from rlhf_gym.wrappers.fixed_horizon import EpisodeSteps

__all__ = [
    "Actor",
    "can_be_drawn",
    "film_in_steps",
    "record_video",
    "result_of",
    "returns_in_steps",
    "true_returns",
]

Step = TypeVar("Step")
Result = TypeVar("Result")

ENVIRONMENTS = 8
"""Environments that are evaluated at once."""
HOLD_SECONDS = 0.5
"""Seconds for which a video holds the last picture of an episode."""
EVALUATION_SEED = 1_000_003
"""Added to the run's seed, so that no evaluation episode starts like a training episode."""


def true_returns(
    agent: BaseAlgorithm | PolicyPredictor,
    env_id: Source,
    episodes: Episodes,
    *,
    seed: Seed = 0,
    horizon: EpisodeSteps | None = None,
    deterministic: bool = True,
    env_kwargs: Mapping[str, Any] | None = None,
    wrappers: Sequence[Wrap] = (),
    progress: Callable[[int], None] | None = None,
) -> tuple[float, ...]:
    """Measure the true return of whole episodes on the untouched environment.

    The random numbers of sampled actions follow from ``seed``; the agent's own are left as they
    were.

    Args:
        agent: the agent.
        env_id: a Gymnasium id, or a class or function that makes the environment.
        episodes: number of episodes.
        seed: seed of the first environment.
        horizon: steps after which an episode is truncated if the environment has no time limit.
        deterministic: whether to take the most likely action instead of sampling.
        env_kwargs: further arguments of the environment.
        wrappers: put around the environment, innermost first.
        progress: is called again and again with the number of episodes that have ended.

    Returns:
        One true return for each episode.

    Raises:
        ValueError: if ``episodes`` is not positive, or an episode may never end.
    """
    check_arguments(true_returns, locals())
    maker = EnvironmentMaker(env_id, env_kwargs or {}, tuple(wrappers))
    steps = returns_in_steps(
        agent, maker, episodes, seed=seed, horizon=horizon, deterministic=deterministic
    )
    return result_of(steps, progress)


def result_of(
    steps: Generator[Step, None, Result], progress: Callable[[Step], None] | None = None
) -> Result:
    """Do all steps at once, and return what comes of them."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        if progress is not None:
            progress(step)


def returns_in_steps(
    agent: BaseAlgorithm | PolicyPredictor,
    maker: EnvironmentMaker,
    episodes: int,
    *,
    seed: int,
    horizon: int | None,
    deterministic: bool,
) -> Generator[int, None, tuple[float, ...]]:
    """Measure true returns step by step, so that other work can be done in between.

    The episodes are those of stable-baselines3's ``evaluate_policy``: each environment plays a
    fixed number of them, so that short ones do not count more often.

    Args:
        agent: the agent.
        maker: makes the environment.
        episodes: number of whole episodes.
        seed: seed of the first environment.
        horizon: steps after which an episode is truncated if the environment has no time limit.
        deterministic: whether to take the most likely action instead of sampling.

    Yields:
        After each step and each episode, how many episodes have ended.

    Returns:
        One true return for each episode.
    """

    def make() -> gym.Env[Any, Any]:  # from an id, `make_vec_env` would render
        env = maker.untouched(horizon)
        checked_time_limit(env, maker.name)
        return env

    n = min(ENVIRONMENTS, episodes)
    venv = env_util.make_vec_env(make, n, seed=seed + EVALUATION_SEED)
    _check_knows(agent, venv)
    left, returns = [(episodes + i) // n for i in range(n)], list[float]()
    with closing(venv), _own_randomness(agent, seed + EVALUATION_SEED):
        acting, memory, begins = acting_in(agent, venv), None, np.ones(n, bool)
        observations: Any = venv.reset()
        while any(left):
            actions, memory = acting.predict(
                observations, state=memory, episode_start=begins, deterministic=deterministic
            )
            observations, _, dones, infos = venv.step(actions)
            for i in range(n):
                if left[i]:
                    begins[i] = dones[i]
                    if dones[i] and "episode" in infos[i]:  # a lost life may end no episode
                        returns.append(float(infos[i]["episode"]["r"]))
                        left[i] -= 1
                        yield len(returns)
            yield len(returns)
    return tuple(returns)


def _check_knows(agent: BaseAlgorithm | PolicyPredictor, venv: VecEnv) -> None:
    """Refuse what is no agent, or one that was made for other spaces than the environment's."""
    if not callable(getattr(agent, "predict", None)) or isinstance(agent, type):
        raise ValueError(f"the agent must have a method predict, but is {agent!r}")
    for name in ("observation_space", "action_space"):
        theirs = getattr(venv, name)
        ours = getattr(agent, name, theirs)
        alike = type(ours) is type(theirs) and _sizes(ours) == _sizes(theirs)
        if not alike:
            raise ValueError(
                f"the agent was made for the {name} {ours}, but the environment has {theirs}: give "
                "the environment, the arguments and the wrappers that it was trained with"
            )


def _sizes(space: gym.Space[Any]) -> Any:
    """The sizes of a space, in which stable-baselines3 may have transposed images."""
    if isinstance(space, gym.spaces.Dict):
        return {key: _sizes(part) for key, part in space.spaces.items()}
    return getattr(space, "n", None), sorted(space.shape or ())


@contextmanager
def _own_randomness(agent: BaseAlgorithm | PolicyPredictor, seed: int) -> Iterator[None]:
    """Seed the random numbers of sampled actions, and restore those of the training afterwards.

    DQN explores with samples of its action space, at the end of training at a rate that is taken
    here at any time: the rate falls from 1, so that returns before and after would not compare.
    """
    device = torch.device(getattr(agent, "device", "cpu"))
    changed: dict[str, Any] = {}
    if hasattr(agent, "action_space"):
        changed["action_space"] = deepcopy(agent.action_space)
        changed["action_space"].seed(seed)
    if hasattr(agent, "exploration_rate"):
        changed["exploration_rate"] = getattr(agent, "exploration_final_eps", 0.0)
    kept, numpys = {name: getattr(agent, name) for name in changed}, np.random.get_state()
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        vars(agent).update(changed)
        try:
            yield
        finally:
            np.random.set_state(numpys)
            vars(agent).update(kept)


class Actor:
    """An agent in one environment; it keeps the state of a recurrent policy, and action masks.

    Args:
        agent: the agent.
        env: the environment.
        deterministic: whether to take the most likely action instead of sampling.
    """

    def __init__(
        self,
        agent: BaseAlgorithm | PolicyPredictor,
        env: gym.Env[Any, Any],
        deterministic: bool = True,
    ) -> None:
        self._acting, self._space = acting_in(agent, env), env.action_space
        self._deterministic = deterministic
        self.begin()

    def begin(self) -> None:
        """Reset the recurrent state at the start of an episode."""
        self._memory: Any = None
        self._begins = np.ones(1, bool)

    def act(self, observation: Any) -> Any:
        """Return the action for an observation."""
        action, self._memory = self._acting.predict(
            observation, self._memory, self._begins, deterministic=self._deterministic
        )
        self._begins = np.zeros(1, bool)
        return int(action) if isinstance(self._space, gym.spaces.Discrete) else action


def can_be_drawn(
    env_id: Source, env_kwargs: Mapping[str, Any] | None = None, wrappers: Sequence[Wrap] = ()
) -> bool:
    """Whether the environment draws pictures (``rgb_array``); arguments as of `true_returns`."""
    with closing(EnvironmentMaker(env_id, env_kwargs or {}, tuple(wrappers)).made()) as env:
        return describe_env(env).draws


def record_video(
    agent: BaseAlgorithm | PolicyPredictor,
    env_id: Source,
    path: Path,
    *,
    seed: int = 0,
    deterministic: bool = True,
    seconds: float = VIDEO_SECONDS,
    env_kwargs: Mapping[str, Any] | None = None,
    wrappers: Sequence[Wrap] = (),
) -> None:
    """Record a video of the agent's first seconds in the untouched environment.

    The last picture of an episode is held for half a second.

    Args:
        agent: the agent.
        env_id: a Gymnasium id, or a class or function that makes the environment.
        path: the file, ending in ``.mp4``.
        seed: seed of the environment.
        deterministic: whether to take the most likely action instead of sampling.
        seconds: length of the video.
        env_kwargs: further arguments of the environment.
        wrappers: put around the environment, innermost first.

    Raises:
        ValueError: if the environment draws no pictures.
    """
    maker = EnvironmentMaker(env_id, env_kwargs or {}, tuple(wrappers))
    with off_screen():
        for _ in film_in_steps(
            agent, maker, path, seed=seed, deterministic=deterministic, seconds=seconds
        ):
            pass


def film_in_steps(
    agent: BaseAlgorithm | PolicyPredictor,
    maker: EnvironmentMaker,
    path: Path,
    *,
    seed: int,
    deterministic: bool,
    seconds: float,
) -> Iterator[None]:
    """Record a video as `record_video` does, step by step; each within `off_screen`."""
    randomness = _own_randomness(agent, seed + EVALUATION_SEED)
    with closing(maker.made("rgb_array")) as env, randomness:
        fps = describe_env(env).fps
        every = steps_a_frame(fps)
        count, hold = max(1, len(range(0, int(seconds * fps), every))), HOLD_SECONDS * fps / every
        observation, _ = env.reset(seed=seed + EVALUATION_SEED)
        frames, actor, step = [frame_of(env)], Actor(agent, env, deterministic), 0
        while len(frames) < count:
            yield
            observation, _, terminated, truncated, _ = env.step(actor.act(observation))
            step, ended = step + 1, terminated or truncated
            if ended or step % every == 0:
                frames.append(frame_of(env))
            if ended:
                frames += frames[-1:] * round(hold)
                observation, _ = env.reset()
                actor.begin()
                frames.append(frame_of(env))
                step = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    encode(stacked(frames[:count]), path, fps / every)
