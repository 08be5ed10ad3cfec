"""The tutorial of imitation's documentation on preference comparisons, with another teacher.

"Learning a Reward Function using Preference Comparisons", imitation 1.0.1: every setting is the
tutorial's. Ours are only the environments, the teacher, and the steps of the last agent, which the
tutorial itself shortens ("set to 100000 to train a proficient expert").
"""

from __future__ import annotations

from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from imitation.algorithms import preference_comparisons as comparisons
from imitation.policies.base import FeedForward32Policy, NormalizeFeaturesExtractor
from imitation.rewards.reward_nets import BasicRewardNet
from imitation.rewards.reward_wrapper import RewardVecEnvWrapper
from imitation.util.logger import configure
from imitation.util.networks import RunningNorm
from stable_baselines3 import PPO
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym import make_vec_env, score_of
from rlhf_gym.envs.scores import Score
from rlhf_gym.runs.settings import TrainSettings

N_ENVS = 8
REWARD_STEPS = 5000
TUTORIAL: dict[str, Any] = {
    "num_iterations": 5,
    "fragment_length": 100,
    "transition_oversampling": 1,
    "initial_comparison_frac": 0.1,
    "allow_variable_horizon": False,
    "initial_epoch_multiplier": 4,
    "query_schedule": "hyperbolic",
}
TUTORIAL_PPO: dict[str, Any] = {
    "n_steps": 2048 // N_ENVS,
    "batch_size": 64,
    "ent_coef": 0.01,
    "learning_rate": 2e-3,
    "clip_range": 0.1,
    "gae_lambda": 0.95,
    "gamma": 0.97,
    "n_epochs": 10,
}


class ScoringGatherer(comparisons.SyntheticGatherer):
    """Imitation's synthetic teacher, judging clips by a score instead of their true rewards."""

    def __init__(self, score: Score | None) -> None:
        super().__init__(temperature=0, sample=False)  # never wrong, as ours
        self._score = score

    def __call__(self, fragment_pairs: Any) -> Any:
        """The probability that the first is better, of each pair."""
        return super().__call__([(self._judged(a), self._judged(b)) for a, b in fragment_pairs])

    def _judged(self, fragment: Any) -> Any:
        if self._score is None:
            return fragment
        return replace(fragment, rews=self._score(fragment.obs[:-1], fragment.acts))


def learn_as_in_tutorial(settings: TrainSettings) -> PPO:
    """An agent trained on a reward that was learned from ``settings.labels`` comparisons."""
    set_random_seed(settings.seed)
    venv = make_vec_env(
        settings.env_id, N_ENVS, seed=settings.seed, horizon=settings.horizon, snapshots=False
    )
    reward_net = BasicRewardNet(
        venv.observation_space, venv.action_space, normalize_input_layer=RunningNorm
    )
    _learn_reward(reward_net, venv, settings)
    agent = _agent(RewardVecEnvWrapper(venv, reward_net.predict_processed), settings.seed)
    return agent.learn(settings.steps or 0)


def _learn_reward(reward_net: BasicRewardNet, venv: VecEnv, settings: TrainSettings) -> None:
    rng = np.random.default_rng(settings.seed)
    generator = comparisons.AgentTrainer(
        algorithm=_agent(venv, settings.seed),
        reward_fn=reward_net,
        venv=venv,
        exploration_frac=0.05,
        rng=rng,
    )
    with TemporaryDirectory() as logs:
        trainer = comparisons.PreferenceComparisons(
            generator,
            reward_net,
            fragmenter=comparisons.RandomFragmenter(warning_threshold=0, rng=rng),
            preference_gatherer=ScoringGatherer(score_of(settings.env_id)),
            reward_trainer=comparisons.BasicRewardTrainer(
                preference_model=comparisons.PreferenceModel(reward_net),
                loss=comparisons.CrossEntropyRewardLoss(),
                epochs=3,
                rng=rng,
            ),
            custom_logger=configure(logs, []),
            **TUTORIAL,
        )
        trainer.train(REWARD_STEPS, total_comparisons=settings.labels or 0)


def _agent(venv: VecEnv, seed: int) -> PPO:
    return PPO(
        FeedForward32Policy,
        venv,
        policy_kwargs={
            "features_extractor_class": NormalizeFeaturesExtractor,
            "features_extractor_kwargs": {"normalize_class": RunningNorm},
        },
        seed=seed,
        device="cpu",
        **TUTORIAL_PPO,
    )
