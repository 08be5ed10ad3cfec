"""`rlhf-gym play ENV`: play an environment with the keyboard."""

from __future__ import annotations

from typing import Annotated

import tyro

from rlhf_gym.basics.checks import Limits, Seed
from rlhf_gym.basics.closing import close
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.basics.words import assigned
from rlhf_gym.environments.maker import EnvironmentMaker

__all__ = ["command"]


def command(
    env_id: Annotated[str, tyro.conf.arg(metavar="ENV")],
    *,
    speed: Annotated[float, Limits(above=0, at_most=1000)] = 1.0,
    seed: Seed | None = None,
    env_kwargs: Annotated[
        tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="KEY=VALUE")
    ] = (),
    wrapper: Annotated[
        tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="MODULE:CLASS")
    ] = (),
) -> None:
    """Play an environment with the keyboard.

    Five minutes of play show what is hard in an environment and lead to better judgements. Esc
    quits, Enter starts a new episode; the window names the other keys.

    Example: rlhf-gym play CartPole-v1 --speed 0.5

    Args:
        env_id: id of the environment; `rlhf-gym envs` lists them.
        speed: playing speed, relative to the environment's own.
        seed: seed of the first episode.
        env_kwargs: an argument of the environment, such as gravity=1.62; can be repeated.
        wrapper: a wrapper to put around the environment, innermost first; can be repeated.
    """
    maker = EnvironmentMaker(env_id, assigned(env_kwargs, "gravity=1.62"), wrapper)
    maker.check()
    with quick_imports():
        from rlhf_gym.envs.description import describe_env
        from rlhf_gym.window.playing.app import play

    env = maker.made("rgb_array", own_actions=True)
    description = describe_env(env)
    try:
        returns = play(env, description.goal.text, speed=speed, seed=seed)
    finally:
        close(env)
    for number, value in enumerate(returns, start=1):
        print(f"episode {number}: {description.return_name} {value:g}")
