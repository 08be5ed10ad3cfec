"""Wall time of DQN that learns from 100 labels of a synthetic teacher, over plain DQN's.

Same settings, same number of environment steps. The rewards of the replay buffer are recomputed
after every fit of the reward model, whenever a batch is sampled.
"""

from __future__ import annotations

from measuring import arguments, cpu_ratios, interleaved, one_thread, report, wall_ratios
from stable_baselines3 import DQN
from stable_baselines3.common import env_util

from rlhf_gym import HumanFeedback, make_vec_env

ENV_ID, LABELS = "CartPole-v1", 100


def plain(steps: int) -> None:
    """Plain stable-baselines3."""
    env = env_util.make_vec_env(ENV_ID, 1, seed=0)
    DQN("MlpPolicy", env, seed=0, device="cpu").learn(steps)


def with_labels(steps: int) -> dict[str, float]:
    """The same script with the plug-in; returns the seconds of its stages."""
    feedback = HumanFeedback("synthetic", labels=LABELS, clip_seconds=0.5)
    env = feedback.wrap(make_vec_env(ENV_ID, 1, seed=0))
    DQN("MlpPolicy", env, seed=0, device="cpu").learn(steps, callback=feedback)
    assert feedback.labels_given == LABELS, feedback.labels_given
    return dict(feedback.log.seconds)


def main() -> None:
    """Measure."""
    parser = arguments(__doc__, repeats=3)
    parser.add_argument("--steps", type=int, default=20_000)
    options = parser.parse_args()
    one_thread()
    stages: list[dict[str, float]] = []
    interleaved(lambda: with_labels(3000), lambda: plain(3000), 1)
    pairs = interleaved(
        lambda: stages.append(with_labels(options.steps)),
        lambda: plain(options.steps),
        options.repeats,
    )
    report(
        f"DQN with {LABELS} labels and relabelling / plain DQN, wall time",
        wall_ratios(pairs),
        at_most=1.2,
        cpu_ratios=cpu_ratios(pairs),
        seconds_with_labels=[first.wall for first, _ in pairs],
        seconds_plain=[second.wall for _, second in pairs],
        stages=stages,
        steps=options.steps,
    )
    report(f"DQN with {LABELS} labels and relabelling / plain DQN, CPU time", cpu_ratios(pairs))
    print(
        "   seconds in the stages of the last run:", {k: round(v, 2) for k, v in stages[-1].items()}
    )


if __name__ == "__main__":
    main()
