"""The work of each worker of A3C, from the agent that is to be trained."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import cloudpickle  # type: ignore[import-untyped]
import torch
from stable_baselines3 import A2C

from rlhf_gym.agents.a3c.env_share import EnvShare, drawn_seed
from rlhf_gym.agents.a3c.shared_memory import shared
from rlhf_gym.agents.a3c.shared_policy import share_policy
from rlhf_gym.agents.a3c.worker import Assignment

__all__ = ["assignments"]

SETTINGS = (
    "n_steps",
    "gamma",
    "gae_lambda",
    "vf_coef",
    "max_grad_norm",
    "use_sde",
    "sde_sample_freq",
    "rollout_buffer_class",
    "rollout_buffer_kwargs",
    "normalize_advantage",
    "policy_kwargs",
    "ent_coef_schedule",
)
"""Attributes of the agent with which a worker's `Learner` is made."""


def assignments(agent: A2C, shares: Sequence[EnvShare], ahead: int) -> list[Assignment]:
    """Return the work of each worker; the policy is moved into shared memory.

    Args:
        agent: its ``learn`` has been set up.
        shares: the environments of each worker.
        ahead: number of turns that need not be waited for.

    Raises:
        ValueError: the policy's optimiser cannot be shared.
    """
    remaining = agent._total_timesteps - agent.num_timesteps
    policy, settings, network = share_policy(agent.policy), _settings(agent), _network(agent)
    timesteps = shared(torch.zeros(len(shares), dtype=torch.int64))
    torch_state = torch.get_rng_state()
    torch.manual_seed(drawn_seed())  # so that the next call of learn draws other numbers
    return [
        Assignment(
            index=index,
            settings=settings,
            policy=policy,
            network=network,
            share=share,
            timesteps=timesteps,
            begun_at=agent.num_timesteps,
            total_timesteps=agent._total_timesteps,
            rollouts=-(-remaining // (agent.n_steps * agent.n_envs)),
            ahead=ahead,
            seed=drawn_seed(),
            torch_state=torch_state if index == 0 else None,
        )
        for index, share in enumerate(shares)
    ]


def _settings(agent: A2C) -> bytes:
    settings = {name: getattr(agent, name) for name in SETTINGS}
    settings |= {
        "policy": agent.policy_class,
        "learning_rate": agent.lr_schedule,
        "use_rms_prop": False,  # policy_kwargs name the optimiser
    }
    return bytes(cloudpickle.dumps(settings))


def _network(agent: A2C) -> bytes | None:
    """Return the policy as it is, whatever was changed in it by hand; None if it cannot be sent."""
    policy = copy.copy(agent.policy)
    del policy.optimizer
    try:
        return bytes(cloudpickle.dumps(policy))
    except Exception:  # hooks that watch a network hold anything
        return None
