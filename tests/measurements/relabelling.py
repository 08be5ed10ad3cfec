"""Wall time of DQN that learns from 100 labels of a synthetic teacher, over plain DQN's.

Same settings, same number of environment steps. The rewards of the replay buffer are recomputed
after every fit of the reward model, whenever a batch is sampled.
"""

from __future__ import annotations

from measuring import arguments, one_thread, report_overhead
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
    feedback = HumanFeedback("synthetic", labels=LABELS, settings={"clip_seconds": 0.5})
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
    report_overhead(
        f"DQN with {LABELS} labels and relabelling / plain DQN",
        with_labels,
        plain,
        at_most=1.2,
        warm_up=3000,
        repeats=options.repeats,
        steps=options.steps,
    )


if __name__ == "__main__":
    main()
