"""Wall time of an agent that learns from labels of a synthetic teacher, over the plain agent's.

    python tests/measurements/overhead.py ppo
    python tests/measurements/overhead.py dqn

Same settings, same number of environment steps. PPO's warm-up of 2048 steps is counted, so that it
learns from 24 rollouts where plain PPO learns from 25. The rewards in DQN's replay buffer are
recomputed after every fit of the reward model, whenever a batch is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from measuring import arguments, cpu_ratios, interleaved, one_thread, report, wall_ratios
from stable_baselines3 import DQN, PPO
from stable_baselines3.common import env_util
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import HumanFeedback, make_vec_env


@dataclass(frozen=True)
class Case:
    """An agent in an environment, and what its overhead may be.

    Attributes:
        figure: its name in the results.
        warm_up: steps of a first run of each side, which is not counted.
        steps: of each run, by default.
        at_most: the target.
    """

    figure: str
    agent: type[BaseAlgorithm]
    arguments: dict[str, Any]
    env_id: str
    n_envs: int
    labels: int
    settings: dict[str, Any]
    warm_up: int
    steps: int
    at_most: float

    def plain(self, steps: int) -> None:
        """Plain stable-baselines3."""
        self._agent(env_util.make_vec_env(self.env_id, self.n_envs, seed=0)).learn(steps)

    def with_labels(self, steps: int) -> dict[str, float]:
        """The same script with the plug-in; returns the seconds of its stages."""
        feedback = HumanFeedback("synthetic", labels=self.labels, settings=self.settings)
        env = feedback.wrap(make_vec_env(self.env_id, self.n_envs, seed=0))
        self._agent(env).learn(steps, callback=feedback)
        assert feedback.labels_given == self.labels, feedback.labels_given
        return dict(feedback.log.seconds)

    def _agent(self, env: VecEnv) -> BaseAlgorithm:
        return self.agent("MlpPolicy", env, seed=0, device="cpu", **self.arguments)


CASES = {
    "ppo": Case(
        figure="PPO with 200 labels / plain PPO",
        agent=PPO,
        arguments={"n_steps": 256, "batch_size": 64, "n_epochs": 10},
        env_id="Pendulum-v1",
        n_envs=8,
        labels=200,
        settings={},
        warm_up=6000,
        steps=50_000,
        at_most=1.15,
    ),
    "dqn": Case(
        figure="DQN with 100 labels and relabelling / plain DQN",
        agent=DQN,
        arguments={},
        env_id="CartPole-v1",
        n_envs=1,
        labels=100,
        settings={"clip_seconds": 0.5},
        warm_up=3000,
        steps=20_000,
        at_most=1.2,
    ),
}


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    one_thread()
    case = CASES[options.case]
    steps = options.steps or case.steps
    stages: list[dict[str, float]] = []
    case.with_labels(case.warm_up)
    case.plain(case.warm_up)
    pairs = interleaved(
        lambda: stages.append(case.with_labels(steps)), lambda: case.plain(steps), options.repeats
    )
    report(
        f"{case.figure}, wall time",
        wall_ratios(pairs),
        at_most=case.at_most,
        cpu_ratios=cpu_ratios(pairs),
        seconds_with_labels=[first.wall for first, _ in pairs],
        seconds_plain=[second.wall for _, second in pairs],
        stages=stages,
        steps=steps,
    )
    report(f"{case.figure}, CPU time", cpu_ratios(pairs))
    last = {stage: round(seconds, 2) for stage, seconds in stages[-1].items()}
    print("   seconds in the stages of the last run:", last)


if __name__ == "__main__":
    main()
