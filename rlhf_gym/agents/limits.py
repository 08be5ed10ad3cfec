"""What the settings of stable-baselines3's algorithms must be, which it does not check itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from rlhf_gym.agents.signatures import parameters_of
from rlhf_gym.basics.checks import Limits, Positive, Seed, Share, check
from rlhf_gym.basics.words import near

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

__all__ = [
    "LINEAR",
    "NotNegative",
    "Size",
    "WorkerCount",
    "check_agent",
    "check_limits",
    "linear_from",
]

LINEAR = "lin_"
"""Prefix of a number from which a schedule falls linearly to 0."""
Size: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**8)]
"""A number of steps, samples or updates."""
NotNegative: TypeAlias = Annotated[float, Limits(at_least=0, at_most=1e30)]
"""A finite number of at least 0."""
WorkerCount: TypeAlias = Annotated[int, Limits(at_least=1, at_most=1024)]
"""A number of worker processes."""
_Width: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**5)]


class _Automatic:
    """A text that asks SAC to tune the weight of the entropy."""

    def refusal(self, text: str) -> str | None:
        """Say what the text must be if it is another."""
        fits = re.fullmatch(r"auto(_[\d.]+)?", text)
        return None if fits else "a number, auto, or such as auto_0.1"


LIMITS: dict[str, Any] = {
    "action_noise": None,  # cannot be written: it is an object
    **dict.fromkeys(("learning_rate", "clip_range", "clip_range_vf"), Positive),
    **dict.fromkeys(("max_grad_norm", "target_kl"), Positive),
    **dict.fromkeys(("gamma", "gae_lambda", "exploration_fraction"), Share),
    **dict.fromkeys(("exploration_initial_eps", "exploration_final_eps"), Share),
    **dict.fromkeys(("n_steps", "batch_size", "n_epochs", "stats_window_size"), Size),
    **dict.fromkeys(("target_update_interval", "policy_delay"), Size),
    **dict.fromkeys(("gradient_steps", "sde_sample_freq"), Literal[-1] | Size),
    **dict.fromkeys(("vf_coef", "rms_prop_eps"), NotNegative),
    **dict.fromkeys(("target_policy_noise", "target_noise_clip"), NotNegative),
    "buffer_size": Annotated[int, Limits(at_least=1, at_most=10**9)],
    "ent_coef": NotNegative | Annotated[str, _Automatic()],
    "learning_starts": Annotated[int, Limits(at_least=0, at_most=10**12)],
    "n_workers": WorkerCount,
    "policy_kwargs": Mapping[str, Any],
    "seed": Seed,
    "start_method": Literal["forkserver", "spawn"],
    "target_entropy": float | Literal["auto"],
    "tau": Annotated[float, Limits(above=0, at_most=1)],
    "tensorboard_log": str,
    "train_freq": Size | tuple[Size, Literal["step", "episode"]],
}
"""The settings that are checked, by their names. None and functions are left to the algorithm."""
_Widths = Mapping[str, list[_Width]]
_POLICY = {"net_arch": list[_Width | _Widths] | _Widths}


def check_limits(settings: Mapping[str, Any]) -> None:
    """Refuse values with which no agent can learn, or that are absurd.

    Args:
        settings: settings by SB3's names; of a text such as ``lin_1e-3`` the number is checked.

    Raises:
        ValueError: a value is beyond its limits.

    >>> check_limits({"tau": 5})
    Traceback (most recent call last):
        ...
    ValueError: tau of the agent must be at most 1, but is 5
    """
    for name, value in settings.items():
        if isinstance(value, str) and value.startswith(LINEAR):
            value = linear_from(name, value)
        if isinstance(value, str) and ":" in value:  # it is imported later
            continue
        if name in LIMITS and value is not None and not callable(value):
            check(f"{name} of the agent", LIMITS[name], value)
    for name, value in (settings.get("policy_kwargs") or {}).items():
        if name in _POLICY and value is not None:
            check(f"{name} of the agent", _POLICY[name], value)


def check_agent(kind: type[BaseAlgorithm], policy: Any, settings: Mapping[str, Any]) -> None:
    """Refuse arguments with which an agent cannot be made.

    Args:
        kind: its algorithm.
        policy: its policy, or the name of one.
        settings: further arguments.

    Raises:
        ValueError: there is no such policy or argument, or a value is beyond its limits.
    """
    if isinstance(policy, str) and policy not in kind.policy_aliases:
        names = list(kind.policy_aliases)
        raise ValueError(
            f"{kind.__name__} has no policy {policy!r}{near(policy, names)}; it has "
            f"{', '.join(names)}"
        )
    known = parameters_of(kind)
    for name in settings:
        if name not in known:
            raise ValueError(f"{kind.__name__} has no argument {name!r}{near(name, known)}")
    check_limits(settings)


def linear_from(name: str, value: str) -> float:
    """Return the number from which a schedule falls.

    Args:
        name: of the setting, for the message.
        value: the prefix, and the number.

    Raises:
        ValueError: no number follows the prefix.
    """
    try:
        return float(value.removeprefix(LINEAR))
    except ValueError:
        raise ValueError(
            f"{name}={value!r}: a number must follow {LINEAR}, such as {LINEAR}3e-4"
        ) from None
