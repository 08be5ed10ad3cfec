"""Wall time of PPO that learns from 200 labels of a synthetic teacher, over plain PPO's.

Same settings, same number of environment steps: the warm-up's 2048 are counted, so that PPO learns
from 24 rollouts where plain PPO learns from 25.
"""

from __future__ import annotations

from typing import Any

from measuring import arguments, cpu_ratios, interleaved, one_thread, report, wall_ratios
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
    stages: list[dict[str, float]] = []
    interleaved(lambda: with_labels(6000), lambda: plain(6000), 1)
    pairs = interleaved(
        lambda: stages.append(with_labels(options.steps)),
        lambda: plain(options.steps),
        options.repeats,
    )
    report(
        f"PPO with {LABELS} labels / plain PPO, wall time",
        wall_ratios(pairs),
        at_most=1.15,
        cpu_ratios=cpu_ratios(pairs),
        seconds_with_labels=[first.wall for first, _ in pairs],
        seconds_plain=[second.wall for _, second in pairs],
        stages=stages,
        steps=options.steps,
    )
    report(f"PPO with {LABELS} labels / plain PPO, CPU time", cpu_ratios(pairs))
    print(
        "   seconds in the stages of the last run:", {k: round(v, 2) for k, v in stages[-1].items()}
    )


if __name__ == "__main__":
    main()
