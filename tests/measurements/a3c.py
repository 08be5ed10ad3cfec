"""A3C: steps a second of its workers, beside each other and beside A2C, and what is learned.

    python tests/measurements/a3c.py speed
    python tests/measurements/a3c.py learning --seeds 10
    python tests/measurements/a3c.py defaults --seeds 5

Speed is that of training under way: the start of the processes is not counted. ``learning`` is
CartPole with the preset; ``defaults`` compares A3C with A2C, both with their default settings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from measuring import one_thread, report
from stable_baselines3 import A2C
from stable_baselines3.common import env_util
from stable_baselines3.common.callbacks import BaseCallback

from rlhf_gym import A3C
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.runs.parts import make_agent, make_training_env, wrap_with_normalisation
from rlhf_gym.runs.settings import TrainSettings, fill_in

ENVIRONMENTS = {"CartPole-v1": ("MlpPolicy", 6000), "rlhf/MovingDot-v1": ("CnnPolicy", 3000)}
SOLVED, EPISODES = 475, 50
STEPS = {"CartPole-v1": 200_000, "Acrobot-v1": 100_000, "LunarLander-v3": 200_000}
"""Training steps with default settings."""


class Speed(BaseCallback):
    """Measures steps a second from the first tenth of training to its end."""

    def __init__(self) -> None:
        super().__init__()
        self._began, self._from = 0.0, 0

    def _on_step(self) -> bool:
        if not self._began and self.num_timesteps >= self.model._total_timesteps / 10:
            self._began, self._from = time.perf_counter(), self.num_timesteps
        return True

    @property
    def steps_a_second(self) -> float:
        """What was measured; asked for right after training."""
        return (self.num_timesteps - self._from) / self._took

    def _on_training_end(self) -> None:
        self._took = time.perf_counter() - self._began


def a2c(env_id: str) -> float:
    """Steps a second of stable-baselines3's A2C with one environment."""
    policy, steps = ENVIRONMENTS[env_id]
    speed = Speed()
    A2C(policy, env_util.make_vec_env(env_id, 1), device="cpu", seed=0).learn(steps, speed)
    return speed.steps_a_second


def a3c(env_id: str, workers: int) -> float:
    """Steps a second of A3C with one environment a worker, and A2C's settings."""
    policy, steps = ENVIRONMENTS[env_id]
    speed = Speed()
    env = env_util.make_vec_env(env_id, workers)
    A3C(policy, env, learning_rate=7e-4, ent_coef=0.0, n_workers=workers, seed=0).learn(
        steps * workers, speed
    )
    return speed.steps_a_second


def measure_speed(repeats: int) -> None:
    """Ratios of runs that were taken in turn."""
    for env_id in ENVIRONMENTS:
        runs: list[Callable[[], float]] = [
            lambda env_id=env_id: a2c(env_id),  # type: ignore[misc]
            lambda env_id=env_id: a3c(env_id, 1),  # type: ignore[misc]
            lambda env_id=env_id: a3c(env_id, 2),  # type: ignore[misc]
        ]
        rates = np.array([[run() for run in runs] for _ in range(repeats)])
        details = {"steps_a_second_a2c_one_two": rates.round(1).tolist()}
        report(
            f"A3C on {env_id}, steps/s, 2 workers / 1 worker",
            (rates[:, 2] / rates[:, 1]).tolist(),
            at_least=1.6,
            **details,
        )
        report(
            f"A3C on {env_id}, steps/s, 1 worker / A2C with one environment",
            (rates[:, 1] / rates[:, 0]).tolist(),
            at_least=0.9,
        )


def measure_learning(seeds: int) -> None:
    """CartPole with the true reward and the preset, evaluated on the untouched environment."""
    env_id = "CartPole-v1"
    returns, seconds = [], []
    for seed in range(seeds):
        settings = fill_in(TrainSettings(env_id, algo="a3c", seed=seed, device="cpu"))
        env = wrap_with_normalisation(settings, make_training_env(settings, snapshots=False))
        began = time.perf_counter()
        agent = make_agent(settings, env).learn(settings.steps or 0)
        seconds.append(time.perf_counter() - began)
        returns.append(float(np.mean(true_returns(agent, env_id, EPISODES, seed=seed))))
        print(f"   seed {seed}: {returns[-1]:.1f} in {seconds[-1]:.0f} s", flush=True)
    report(
        f"A3C on {env_id}, true reward, share of {seeds} seeds that reach {SOLVED}",
        [float(np.mean(np.array(returns) >= SOLVED))],
        at_least=0.9,
        returns=returns,
        seconds=seconds,
        steps=settings.steps,
    )


def measure_defaults(seeds: int, environments: list[str], steps: int | None) -> None:
    """What A3C gains over acting untrained, as a share of what A2C gains in as many steps."""
    for env_id in environments:
        total = steps or STEPS[env_id]
        returns: dict[str, list[float]] = {"untrained": [], "A2C": [], "A3C": []}
        for seed in range(seeds):
            untrained = A2C("MlpPolicy", env_id, device="cpu", seed=seed)
            agents = {
                "untrained": untrained,
                "A2C": A2C("MlpPolicy", env_id, device="cpu", seed=seed).learn(total),
                "A3C": A3C("MlpPolicy", env_id, seed=seed).learn(total),
            }
            for name, agent in agents.items():
                trained = name != "untrained"  # whose most likely action could balance by chance
                found = true_returns(agent, env_id, EPISODES, seed=seed, deterministic=trained)
                returns[name].append(float(np.mean(found)))
            print(
                f"   {env_id} seed {seed}:",
                {n: each[-1] for n, each in returns.items()},
                flush=True,
            )
        means = {name: float(np.mean(each)) for name, each in returns.items()}
        gained = {name: means[name] - means["untrained"] for name in ("A2C", "A3C")}
        report(
            f"A3C / A2C on {env_id}, default settings, gained over the untrained agent",
            [gained["A3C"] / gained["A2C"]],
            at_least=0.95,
            returns=returns,
            steps=total,
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("figure", choices=["speed", "learning", "defaults"])
    parser.add_argument("--repeats", type=int, default=5, help="of speed; default: 5")
    parser.add_argument("--seeds", type=int, default=10, help="of what is learned; default: 10")
    parser.add_argument("--environments", nargs="*", default=list(STEPS), help="of defaults")
    parser.add_argument("--steps", type=int, help="of defaults; default: by environment")
    options = parser.parse_args()
    one_thread()
    if options.figure == "speed":
        measure_speed(options.repeats)
    elif options.figure == "learning":
        measure_learning(options.seeds)
    else:
        measure_defaults(options.seeds, options.environments, options.steps)


if __name__ == "__main__":
    main()
