"""Disk and memory of a training whose environment holds 3.2 MB of prices that never change.

The store, a checkpoint, and the memory of the whole training at its peak are compared with those of
the same environment with hardly any prices. Each of four environments has the prices in memory, and
while a checkpoint is written there are some copies more.
"""

from __future__ import annotations

import multiprocessing
import resource
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gymnasium as gym
import numpy as np
from measuring import arguments, one_thread, report
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, RewardModelSettings, make_vec_env
from rlhf_gym.feedback.run_folder import RunFolder

PRICES = 400_000
LABELS, STEPS, N_ENVS = 40, 4096, 4
IN_FILES, IN_MEMORY = 3, 20
"""How many times the prices may be in the store or a checkpoint, and in memory."""


class Market(gym.Env[np.ndarray[Any, Any], np.int64]):
    """Buy or not, at prices that are known beforehand."""

    metadata = {"render_fps": 10}  # noqa: RUF012

    action_space = gym.spaces.Discrete(2)
    observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)

    def __init__(self, prices: int) -> None:
        """Draw the prices."""
        self.prices = np.random.default_rng(0).normal(size=prices)
        self.day = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """Begin on some day."""
        super().reset(seed=seed)
        self.day = int(self.np_random.integers(len(self.prices) // 2))
        return self._seen(), {}

    def step(self, action: np.int64) -> Any:
        """Go on to the next day."""
        self.day += 1
        reward = float(action) * float(self.prices[self.day])
        return self._seen(), reward, False, False, {}

    def _seen(self) -> np.ndarray[Any, Any]:
        return self.prices[self.day : self.day + 2].astype(np.float32)


gym.register("measured/Market-v0", f"{__name__}:Market", max_episode_steps=200)


def main() -> None:
    """Measure."""
    options = arguments(__doc__, repeats=1).parse_args()
    for _ in range(options.repeats):
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            small, large = pool.map(_training, [2 * STEPS, PRICES], chunksize=1)
        for name, least, most, copies in zip(
            ("the store", "a checkpoint", "memory at its peak"),
            small,
            large,
            (IN_FILES, IN_FILES, IN_MEMORY),
            strict=True,
        ):
            report(
                f"{name} with {LABELS} labels, beyond that without the prices",
                [(most - least) / (8 * PRICES)],
                at_most=float(copies),
                unit=" times the prices",
                megabytes=[round(least / 1e6, 1), round(most / 1e6, 1)],
            )


def _training(prices: int) -> tuple[int, int, int]:
    """Train; return the bytes of the store, of the checkpoint, and of memory at its peak."""
    one_thread()
    with TemporaryDirectory() as folder:
        run = RunFolder(Path(folder, "run"))
        settings = {"labels": LABELS, "reward_model": RewardModelSettings(members=1, updates=1)}
        env = make_vec_env("measured/Market-v0", N_ENVS, seed=0, env_kwargs={"prices": prices})
        feedback = HumanFeedback("synthetic", run=run.path, settings=settings, device="cpu")
        agent = PPO("MlpPolicy", feedback.wrap(env), n_steps=256, n_epochs=1, device="cpu")
        agent.learn(STEPS, callback=feedback)
        assert feedback.labels_given == LABELS
        checkpoint = sum(path.stat().st_size for path in run.checkpoint.iterdir())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return run.store.stat().st_size, checkpoint, peak


if __name__ == "__main__":
    main()
