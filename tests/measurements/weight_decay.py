"""What few answers that err teach a reward model, fitted for vectors and as for images.

In each environment the fallback trains an agent with answers of `PersonTeacher`. Its labels are
then learned anew by either fit, and the learned rewards compared with the true ones: their
correlation over the steps, and over the returns of the clips, of all its experience.
"""

from __future__ import annotations

import warnings
from statistics import fmean
from typing import TypeAlias

import numpy as np
from measuring import arguments, one_thread, report
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.feedback.labels import Labels
from rlhf_gym.presets import PPO_FALLBACK as FALLBACK
from rlhf_gym.presets import FeedbackSettings
from rlhf_gym.reward_model import RewardEnsemble, RewardModelSettings, correlation
from rlhf_gym.reward_model.settings import ADAPTIVE_FIT

ENVIRONMENTS = {  # seconds of a clip; an episode of Reacher lasts one
    "Reacher-v5": 0.4,
    "Pendulum-v1": 1.0,
    "InvertedDoublePendulum-v5": 1.0,
    "HalfCheetah-v5": 1.0,
    "Swimmer-v5": 1.5,
}
FITS = {"vectors": RewardModelSettings(), "images": ADAPTIVE_FIT}
FIRST, PART = 12, 10

Measured: TypeAlias = tuple[float, float]
"""Correlation over the steps, and over the returns of the clips."""


def main() -> None:
    """Measure."""
    options = arguments(__doc__, repeats=2).parse_args()
    one_thread()
    found: dict[str, list[Measured]] = {name: [] for name in FITS}
    for env_id, seconds in ENVIRONMENTS.items():
        feedback = _labelled(env_id, seconds)
        for name, settings in FITS.items():
            each = [_learned(feedback, settings, seed) for seed in range(options.repeats)]
            steps, clips = fmean(one for one, _ in each), fmean(two for _, two in each)
            found[name].append((steps, clips))
            print(f"{env_id}, as for {name}: steps {steps:.2f}, clips {clips:.2f}")
    for name, each in found.items():
        report(f"correlation of steps, as for {name}", [one for one, _ in each])
        report(f"correlation of clips, as for {name}", [two for _, two in each])


def _labelled(env_id: str, seconds: float) -> HumanFeedback:
    """Train an agent with 200 answers."""
    settings = FeedbackSettings(labels=200, clip_seconds=seconds)
    feedback = HumanFeedback("person", settings=settings, seed=0)
    venv = feedback.wrap(make_vec_env(env_id, n_envs=FALLBACK.n_envs, seed=0))
    env = VecNormalize(venv, norm_obs=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agent = PPO("MlpPolicy", env, seed=0, device="cpu", **FALLBACK.arguments)
        agent.learn(FALLBACK.steps, callback=feedback)
    return feedback


def _learned(feedback: HumanFeedback, settings: RewardModelSettings, seed: int) -> Measured:
    """Learn its labels in the parts in which they came."""
    buffer, given = feedback.buffer, feedback.reward_model
    assert isinstance(given, RewardEnsemble)
    spaces = given.observation_space, given.action_space
    model = RewardEnsemble(*spaces, settings, seed=seed, device="cpu", anchored=given.anchored)
    rng = np.random.default_rng(0)
    recent = buffer.transitions(2000, rng)
    absorbing = buffer.transitions(2000, rng, absorbing=True)
    taken = Labels(feedback.store.purposes().__getitem__)
    taken.take(feedback.store.judgements())
    labels, ids = taken.values, list(taken.values)
    for start in [0, *range(FIRST, len(ids), PART)]:
        part = ids[start : FIRST if start == 0 else start + PART]
        model.normalise(recent, absorbing)
        model.update(
            {id_: labels[id_] for id_ in part}, {id_: feedback.store.query(id_) for id_ in part}
        )
        model.fit(len(part))
    transitions, mask, true = buffer.batch(buffer.positions(1500, rng))
    learned = model.predict(transitions.flat()).reshape(mask.shape) * mask
    live = mask & ~transitions.absorbing
    return correlation(learned[live], true[live]), correlation(learned.sum(1), true.sum(1))


if __name__ == "__main__":
    main()
