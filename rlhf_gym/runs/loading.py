"""What a run has trained: loaded, and measured again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stable_baselines3.common.base_class import BaseAlgorithm

from rlhf_gym.agents import algorithm
from rlhf_gym.basics.closing import close
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.reward_model import RewardEnsemble
from rlhf_gym.runs.config import read_settings
from rlhf_gym.runs.evaluation import true_returns
from rlhf_gym.runs.parts import make_training_env
from rlhf_gym.runs.records import Actions, Evaluation, read_evaluation
from rlhf_gym.runs.settings import TrainSettings
from rlhf_gym.training.checkpoint_files import agent_changed, latest_checkpoint
from rlhf_gym.training.trust import require_trust

__all__ = ["evaluate", "load"]


def load(
    run: str | Path, *, trust: bool = False
) -> tuple[BaseAlgorithm, RewardEnsemble, TrainSettings]:
    """Load the agent, the reward model and the settings of a run's last checkpoint.

    Args:
        run: the folder.
        trust: run the code of a run folder from elsewhere.

    Raises:
        ValueError: if there is no run in the folder; or the folder is from elsewhere, or was
            changed since, and is not trusted.
        FileNotFoundError: if it has no checkpoint yet.
    """
    folder = RunFolder.open(run)
    require_trust(folder, trust)
    settings = read_settings(folder, TrainSettings)
    checkpoint = latest_checkpoint(folder.checkpoint, "agent.zip", "reward_model.pt")
    agent = algorithm(settings.algo).load(checkpoint / "agent.zip", device=settings.device)
    venv = make_training_env(replace(settings, n_envs=1, subprocesses=False))
    reward_model = RewardEnsemble.load(
        checkpoint / "reward_model.pt",
        venv.observation_space,
        venv.action_space,
        device=settings.device,
    )
    close(venv)
    return agent, reward_model, settings


def evaluate(
    run: str | Path, episodes: int, *, actions: Actions | None = None, trust: bool = False
) -> Evaluation:
    """Evaluate a run's agent on the untouched environment.

    The returns are written into the run folder, unless it holds those of more episodes of the same
    agent. Those of an agent that no update has changed count as the ones before training.

    Args:
        run: the run folder.
        episodes: number of whole episodes.
        actions: how the agent acts; by default as when the run was measured, else as in training.
        trust: run the code of a run folder from elsewhere.

    Returns:
        What was measured now, with what is known from before training.

    Raises:
        ValueError: see `load`.
    """
    folder = RunFolder.open(run)
    agent, _, settings = load(run, trust=trust)
    known = read_evaluation(folder.evaluation)
    if actions is None:
        actions = known.actions if known.after else "sampled"
    returns = true_returns(
        agent,
        settings.env_id,
        episodes,
        seed=settings.seed,
        horizon=settings.horizon,
        deterministic=actions == "most likely",
        env_kwargs=settings.env_kwargs,
        wrappers=settings.wrapper,
    )
    changed, _ = agent_changed(latest_checkpoint(folder.checkpoint, "agent.zip"))
    if not (agent._n_updates if changed is None else changed):
        found = Evaluation(before=returns, actions_before=actions)
        keep = len(known.before) > episodes
    else:
        found = replace(known, after=returns, actions=actions, steps=agent.num_timesteps)
        alike = known.actions == actions and known.steps in (None, found.steps)
        keep = alike and len(known.after) > episodes
    if not keep:
        found.write(folder.evaluation)
    return found
