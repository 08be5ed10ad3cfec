"""What an algorithm adds to acting holds wherever it acts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import torch
from boards import Board
from sb3_contrib import MaskablePPO, RecurrentPPO
from sb3_contrib.common.wrappers import ActionMasker
from stable_baselines3 import PPO

from rlhf_gym import HumanFeedback, make_vec_env
from rlhf_gym.agents.acting import RecurrentState, acting_in
from rlhf_gym.agents.untrained import act_untrained
from rlhf_gym.benchmark.train_arm import RandomPolicy
from rlhf_gym.clips.snapshots import probe
from rlhf_gym.environments import check_environment
from rlhf_gym.runs.evaluation import Actor, record_video, true_returns

SMALL: dict[str, Any] = {"n_steps": 32, "batch_size": 32, "n_epochs": 1, "device": "cpu", "seed": 0}


class Hidden(Board):
    """A board that does not say itself what it allows."""

    action_masks = property()

    def allowed(self) -> Any:
        return Board.action_masks(self)

    def _allowed(self, action: Any) -> bool:
        return bool(self.allowed()[action[0]])


def allowed(env: Any) -> Any:
    return env.unwrapped.allowed()


@pytest.mark.parametrize("kind", ["discrete", "several", "switches"])
def test_masked_agents_are_taught_with_masks_from_warm_up_to_the_end(kind: str) -> None:
    feedback = HumanFeedback("synthetic", labels=4, settings={"clip_length": 8})
    env = feedback.wrap(make_vec_env(Board, 2, horizon=40, env_kwargs={"kind": kind}))
    MaskablePPO("MlpPolicy", env, **SMALL).learn(400, callback=feedback)
    assert feedback.labels_given == 4
    env.close()


def test_masks_hold_in_the_probe_in_evaluation_and_in_films(tmp_path: Path) -> None:
    assert probe(Board) == "state"
    check_environment(Board, horizon=30)
    agent = MaskablePPO("MlpPolicy", Board(), **SMALL)
    for policy in (agent, RandomPolicy(Board().action_space, 0)):
        for deterministic in (True, False):
            how: Any = {"horizon": 30, "deterministic": deterministic}
            returns = true_returns(policy, Board, 3, **how)
            assert all(0 <= value <= 30 for value in returns)
    record_video(agent, Board, tmp_path / "agent.mp4", deterministic=False)
    env = Board()
    observation, _ = env.reset(seed=0)
    actor = Actor(agent, env, deterministic=False)
    for _ in range(20):
        observation = env.step(actor.act(observation))[0]


def test_masks_of_a_wrapper_are_kept_and_agents_without_masks_stay_as_they_are() -> None:
    env = ActionMasker(Hidden(), allowed)
    agent = MaskablePPO("MlpPolicy", env, **SMALL)
    assert acting_in(agent, env) is not agent
    observation, _ = env.reset(seed=0)
    for _ in range(20):
        action, _ = acting_in(agent, env).predict(observation)
        observation = env.step(action)[0]
    plain = PPO("MlpPolicy", "CartPole-v1", device="cpu")
    assert acting_in(plain, gym.make("CartPole-v1")) is plain


def test_an_agent_may_learn_without_the_masks_that_it_could_take() -> None:
    feedback = HumanFeedback("synthetic", labels=4, settings={"clip_length": 8})
    env = feedback.wrap(make_vec_env("CartPole-v1", 2))
    agent = MaskablePPO("MlpPolicy", env, **SMALL)
    agent.learn(400, callback=feedback, use_masking=False)
    assert feedback.labels_given == 4
    env.close()


def remembered(agent: Any) -> list[torch.Tensor]:
    """What the actor and the critic remember."""
    return [each for states in agent._last_lstm_states for each in states]


def test_an_untrained_recurrent_policy_remembers_what_it_saw() -> None:
    agent = RecurrentPPO("MlpLstmPolicy", make_vec_env("CartPole-v1", 2, seed=0), **SMALL)
    agent._setup_learn(1000)
    kept = []
    for _ in range(3):
        assert act_untrained(agent, lambda _: True)
        kept.append(remembered(agent)[0].clone())
    assert all(each.any() for each in kept) and not torch.equal(kept[1], kept[2])
    assert agent.num_timesteps == 6
    again = RecurrentPPO("MlpLstmPolicy", make_vec_env("CartPole-v1", 2, seed=0), **SMALL)
    RecurrentState(again).load_state(RecurrentState(agent).state())
    assert all(map(torch.equal, remembered(agent), remembered(again)))
    assert RecurrentState(PPO("MlpPolicy", "CartPole-v1", device="cpu")).state() == {}
