"""Agents that learn from demonstrations, with BC, GAIL and AIRL of imitation."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from rlhf_gym.agents.settings import LINEAR
from rlhf_gym.basics.closing import close
from rlhf_gym.basics.temporary import temporary_folder
from rlhf_gym.benchmark.curve import OnProgress, Point, mean_true_return
from rlhf_gym.benchmark.imitation import check_imitation
from rlhf_gym.benchmark.plan import Run
from rlhf_gym.benchmark.train_arm import train_on_true_reward
from rlhf_gym.clips.observations import copy_of
from rlhf_gym.results.row import Row
from rlhf_gym.runs.config import from_table
from rlhf_gym.runs.parts import make_agent, make_training_env, wrap_with_normalisation
from rlhf_gym.runs.settings import TrainSettings, fill_in

__all__ = ["demonstrations", "learn_from_demonstrations"]

EXPERT_SEED = 1000
"""Seed of the expert that demonstrates; no suite uses it."""
BC_EPOCHS = 50
BATCH = 256


def learn_from_demonstrations(
    run: Run, shown: Any, row: Row, on_progress: OnProgress
) -> tuple[Any, list[Point], Row]:
    """Train a policy from demonstrations.

    BC (Pomerleau 1989) needs no environment; GAIL (Ho and Ermon 2016) and AIRL (Fu et al. 2018)
    train PPO with the run's settings on a reward that distinguishes the agent's steps from those
    of the expert. The settings of the agent are the preset's, because those of a suite may belong
    to another algorithm.

    Args:
        run: the run.
        shown: the episodes from `demonstrations`.
        row: the row so far.
        on_progress: receives the steps taken and the total.

    Returns:
        The policy, the points of its learning curve, and the row with its steps.
    """
    if run.arm == "bc":
        return _cloned(run.settings, shown), [], row
    return _adversarial(run.arm, run.settings, shown, row, on_progress)


def demonstrations(settings: TrainSettings, episodes: int) -> Any:
    """Record whole episodes of an expert, which PPO trained on the true reward.

    Args:
        settings: of a run in the environment; the expert's own settings are the preset's.
        episodes: number of episodes.
    """
    names = ("env_id", "env_kwargs", "wrapper", "horizon", "hold", "keep_termination")
    environment = {name: getattr(settings, name) for name in names}
    return _demonstrated(json.dumps(environment), episodes)


@cache
def _demonstrated(environment: str, episodes: int) -> Any:
    check_imitation()
    from imitation.data.types import TrajectoryWithRew

    table = {**json.loads(environment), "seed": EXPERT_SEED, "device": "cpu"}
    settings = fill_in(from_table(TrainSettings, table))
    expert, _ = train_on_true_reward(settings, lambda done, total: None)
    found = []
    env = make_training_env(replace(settings, n_envs=1), snapshots=False)
    for _ in range(episodes):
        seen: Any = env.reset()
        observations, actions, rewards = [seen[0]], list[Any](), list[float]()
        done = False
        while not done:
            action = expert.predict(seen, deterministic=True)[0]
            actions.append(copy_of(action[0]))
            seen, reward, dones, infos = env.step(action)
            done = bool(dones[0])
            observations.append(infos[0]["terminal_observation"] if done else seen[0])
            rewards.append(float(reward[0]))
        found.append(
            TrajectoryWithRew(
                obs=np.array(observations),
                acts=np.array(actions),
                infos=None,
                terminal=True,
                rews=np.array(rewards),
            )
        )
    close(env)
    return tuple(found)


def _cloned(settings: TrainSettings, shown: Any) -> Any:
    from imitation.algorithms.bc import BC
    from imitation.data.rollout import flatten_trajectories
    from imitation.util.logger import configure

    env = make_training_env(settings, snapshots=False)
    transitions = flatten_trajectories(list(shown))
    with temporary_folder() as logs:
        trainer = BC(
            observation_space=env.observation_space,
            action_space=env.action_space,
            rng=np.random.default_rng(settings.seed),
            policy=make_agent(settings, env).policy,  # type: ignore[arg-type]
            demonstrations=transitions,
            batch_size=min(BATCH, len(transitions)),
            custom_logger=configure(str(logs), []),
        )
        trainer.train(n_epochs=BC_EPOCHS, progress_bar=False)
    close(env)
    return trainer.policy


def _constant(agent: dict[str, Any]) -> dict[str, Any]:
    """Remove the schedules of the settings: imitation starts training again in each round."""
    return {
        name: float(value.removeprefix(LINEAR)) if str(value).startswith(LINEAR) else value
        for name, value in agent.items()
    }


def _adversarial(
    arm: str, settings: TrainSettings, shown: Any, row: Row, on_progress: OnProgress
) -> tuple[Any, list[Point], Row]:
    from imitation.algorithms.adversarial.airl import AIRL
    from imitation.algorithms.adversarial.gail import GAIL
    from imitation.rewards.reward_nets import BasicRewardNet, BasicShapedRewardNet
    from imitation.util.logger import configure
    from imitation.util.networks import RunningNorm

    settings = replace(settings, agent=_constant(settings.agent))
    env = wrap_with_normalisation(settings, make_training_env(settings, snapshots=False))
    agent = make_agent(settings, env)
    trainer_of, net = (GAIL, BasicRewardNet) if arm == "gail" else (AIRL, BasicShapedRewardNet)
    points, total, began = list[Point](), settings.steps or 0, time.perf_counter()

    def note(_: int) -> None:
        seconds, returned = time.perf_counter() - began, mean_true_return(agent.ep_info_buffer)
        points.append((agent.num_timesteps, seconds, returned, *[math.nan] * 4))
        on_progress(agent.num_timesteps, total)

    with temporary_folder() as logs:
        trainer = trainer_of(
            demonstrations=list(shown),
            demo_batch_size=min(BATCH, sum(len(episode) for episode in shown)),
            venv=env,
            gen_algo=agent,
            reward_net=net(
                observation_space=env.observation_space,
                action_space=env.action_space,
                normalize_input_layer=RunningNorm,
            ),
            n_disc_updates_per_round=8,
            allow_variable_horizon=True,  # episodes have one length, as in the other arms
            log_dir=str(logs),
            custom_logger=configure(str(logs), []),
        )
        trainer.train(total, callback=note)
    close(env)
    return agent, points, replace(row, steps=agent.num_timesteps)
