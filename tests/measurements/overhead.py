"""Wall time of PPO that learns from 200 labels of a synthetic teacher, over plain PPO's.

Same settings, same number of environment steps: the warm-up's 2048 are counted, so that PPO learns
from 24 rollouts where plain PPO learns from 25.
"""

from __future__ import annotations

from typing import Any

from measuring import arguments, one_thread, report_overhead
from stable_baselines3 import PPO
from stable_baselines3.common import env_util

from rlhf_gym import HumanFeedback, make_vec_env

ENV_ID, N_ENVS, LABELS = "Pendulum-v1", 8, 200
SETTINGS: dict[str, Any] = {"n_steps": 256, "batch_size": 64, "n_epochs": 10, "device": "cpu"}


def plain(steps: int) -> None:
    """Plain stable-baselines3."""
    PPO("MlpPolicy", env_util.make_vec_env(ENV_ID, N_ENVS, seed=0), seed=0, **SETTINGS).learn(steps)


def with_labels(steps: int) -> dict[str, float]:
    """The same script with the plug-in; returns the seconds of its stages."""
    feedback = HumanFeedback("synthetic", labels=LABELS)
    env = feedback.wrap(make_vec_env(ENV_ID, N_ENVS, seed=0))
    PPO("MlpPolicy", env, seed=0, **SETTINGS).learn(steps, callback=feedback)
    assert feedback.labels_given == LABELS, feedback.labels_given
    return dict(feedback.log.seconds)


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("--steps", type=int, default=50_000)
    options = parser.parse_args()
    one_thread()
    report_overhead(
        f"PPO with {LABELS} labels / plain PPO",
        with_labels,
        plain,
        at_most=1.15,
        warm_up=6000,
        repeats=options.repeats,
        steps=options.steps,
    )


if __name__ == "__main__":
    main()
