"""Check a vector environment that a user built, before training spends any time."""

from __future__ import annotations

import warnings

from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from rlhf_gym.clips.clip import check_clip_fits
from rlhf_gym.environments.lookup import describe_venv, env_id_of, has_fixed_horizon, horizon_of
from rlhf_gym.environments.vec_env import wrappers_of
from rlhf_gym.wrappers.snapshots import ensure_drawable

__all__ = ["check_venv"]


def check_venv(venv: VecEnv, clip_length: int, *, person: bool, anchored: bool = False) -> None:
    """Refuse a vector environment that cannot work, and warn of what would mislead.

    Args:
        venv: the vector environment that feedback is to wrap.
        clip_length: length of a clip in steps.
        person: whether a person is to judge its clips.
        anchored: whether the reward model knows what an end is worth, see `is_anchored`.

    Raises:
        ValueError: if a clip is longer than an episode, observations are normalised before the
            reward model sees them, or a person is to judge clips that cannot be drawn.
    """
    env_id = env_id_of(venv)
    check_clip_fits(clip_length, horizon_of(venv), env_id)
    if any(isinstance(wrapper, VecNormalize) for wrapper in wrappers_of(venv)):
        raise ValueError(
            "VecNormalize lies below the learned reward, whose inputs would drift with it; put it "
            "outside: VecNormalize(feedback.wrap(make_vec_env(...)))"
        )
    if person:
        _check_drawable(venv, env_id)
    if not (anchored or has_fixed_horizon(venv)):
        warnings.warn(
            f"episodes of {env_id} may end early, and their length then tells the agent what this "
            "reward model does not: it is not anchored at ends. Build the environments with "
            "rlhf_gym.make_vec_env(..., keep_termination=False), or wrap each in "
            "rlhf_gym.wrappers.FixedHorizon",
            stacklevel=3,
        )


def _check_drawable(venv: VecEnv, env_id: str) -> None:
    description = describe_venv(venv)
    modes = list(description.render_modes or ()) or "nothing"
    if not description.draws:
        raise ValueError(
            f"a person is to judge clips of {env_id}, which cannot be drawn: it draws {modes}; add "
            "an rgb_array mode to its render method, or use a teacher that needs no pictures"
        )
    ensure_drawable(venv)
