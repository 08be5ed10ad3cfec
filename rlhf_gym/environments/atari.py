"""make_atari: many copies of any Atari game."""

from __future__ import annotations

from collections.abc import Sequence

from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.basics.checks import Seed, check_arguments
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.environments.maker import Environments
from rlhf_gym.envs import register_atari
from rlhf_gym.envs.atari import ObsType
from rlhf_gym.envs.atari_console import Setting, rom_of
from rlhf_gym.envs.atari_masks import Box, game_of
from rlhf_gym.wrappers.fixed_horizon import EpisodeSteps

__all__ = ["make_atari"]


def make_atari(
    game: str,
    n_envs: Environments = 8,
    *,
    seed: Seed | None = None,
    obs_type: ObsType = "grayscale",
    setting: Setting = "machado2018",
    mask: Sequence[Box] | None = None,
    full_action_space: bool = False,
    horizon: EpisodeSteps | None = None,
    snapshots: bool = True,
) -> VecEnv:
    """Make ``n_envs`` games that show neither score nor lives and hide where an episode ends.

    With pictures as observations, ALE steps all games natively.

    Args:
        game: its name, such as ``"Seaquest"``, ``"space_invaders"`` or ``"rlhf/Pong-v1"``; with
            ``-ram`` appended, the memory is observed.
        n_envs: number of games.
        seed: seed of the first game; the others get the numbers that follow.
        obs_type: ``"grayscale"`` (the last four pictures) or ``"ram"`` (the console's memory).
        setting: ``"machado2018"`` or ``"mnih2015"``, see `rlhf_gym.envs.atari.Atari`.
        mask: boxes ``((top, bottom, left, right), ...)`` to paint over, in pixels of a screen of
            210 x 160; by default those that are known for the game, and () hides nothing.
        full_action_space: offer all 18 actions.
        horizon: length of an episode in steps, by default 4,500.
        snapshots: record in the infos what is needed to draw clips later.

    Raises:
        ModuleNotFoundError: if ale-py or OpenCV is missing.
        ValueError: if there is no such game, a value is not among those above, or it is not known
            where the game shows its score and no mask is given.

    >>> make_atari("Seaquest", n_envs=2, seed=0).reset().shape
    (2, 84, 84, 4)
    """
    check_arguments(make_atari, locals())
    name = game_of(game)
    if "-ram" in game:
        obs_type = "ram"
    rom_of(name)
    return make_vec_env(
        register_atari(name, obs_type),
        n_envs,
        seed=seed,
        horizon=horizon,
        snapshots=snapshots,
        env_kwargs=dict(
            obs_type=obs_type, setting=setting, mask=mask, full_action_space=full_action_space
        ),
    )
