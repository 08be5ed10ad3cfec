"""The reward model of a run folder, read without anything that could run code."""

from __future__ import annotations

from rlhf_gym.clips.space_text import space_of_text
from rlhf_gym.feedback import StoreReader
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.training.checkpoint_files import latest_checkpoint

__all__ = ["load_reward_model"]

REWARD_MODEL = "reward_model.pt"
"""The file of a checkpoint."""


def load_reward_model(run: RunFolder) -> RewardEnsemble:
    """Return the reward model of a run's last checkpoint, as it predicts on the CPU.

    Neither the agent nor the environment is made: the store says which spaces they have.

    Raises:
        FileNotFoundError: the run has no checkpoint yet.
        ValueError: its reward model is no `RewardEnsemble`.
        StoreError: its store cannot be read.
    """
    file = latest_checkpoint(run.checkpoint, REWARD_MODEL) / REWARD_MODEL
    with StoreReader.open(run.store) as store:
        environment = store.environment
    spaces = (environment.observation_space, environment.action_space)
    return RewardEnsemble.load(file, *map(space_of_text, spaces), device="cpu")
