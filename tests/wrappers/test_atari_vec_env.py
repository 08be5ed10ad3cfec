"""Many games of Atari, stepped natively."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from rlhf_gym import HumanFeedback, make_atari, make_vec_env
from rlhf_gym.clips.snapshots import restore
from rlhf_gym.environments.lookup import horizon_of
from rlhf_gym.environments.vec_env import restore_vec_env, vec_env_state
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.wrappers.atari_vec_env import AtariVecEnv

Step = tuple[Any, Any, Any, Any]


def play(venv: VecEnv, steps: int, seed: int = 0) -> tuple[np.ndarray[Any, Any], list[Step]]:
    """Random actions ``(steps, n_envs)``, and what came of them."""
    rng = np.random.default_rng(seed)
    actions = rng.integers(venv.action_space.n, size=(steps, venv.num_envs))  # type: ignore[attr-defined]
    return actions, [venv.step(each) for each in actions]


@pytest.mark.parametrize(
    ("game", "setting"), [("Breakout", "machado2018"), ("space_invaders", "mnih2015")]
)
def test_clips_are_the_same_in_a_game_of_its_own_also_where_one_game_follows_another(
    game: str, setting: Any
) -> None:
    venv = make_atari(game, 3, seed=1, setting=setting)
    assert isinstance(venv, AtariVecEnv)
    venv.reset()
    actions, steps = play(venv, 260)
    alone = gym.make(venv.get_attr("spec")[0], render_mode="rgb_array")
    alone.reset(seed=9)
    for env in range(3):
        for begin in (64, 192):
            restore(alone, notes_of(steps[begin][3][env]).snapshot or b"")
            for number in range(begin, begin + 65):
                observation, points, *_ = alone.step(actions[number, env])
                assert np.array_equal(observation, steps[number][0][env])
                assert points == steps[number][1][env]
    ale = alone.unwrapped._ale  # type: ignore[attr-defined]
    assert ale.lives() >= 0 and ale.getEpisodeFrameNumber() < 4 * 260


def test_episodes_begin_and_end_together_and_are_noted_as_monitor_notes_them() -> None:
    venv = make_atari("pong", 2, seed=0, horizon=90)
    first: Any = venv.reset()
    assert first.shape == (2, 84, 84, 4) and not first[..., :-1].any()
    _, steps = play(venv, 90)
    earned = np.sum([points for _, points, *_ in steps], axis=0)
    observation, _, dones, infos = steps[-1]
    assert dones.all() and not any(done.any() for *_, done, _ in steps[:-1])
    for env, info in enumerate(infos):
        assert info["episode"]["r"] == earned[env] and info["episode"]["l"] == 90
        assert info["TimeLimit.truncated"]
        assert np.array_equal(info["terminal_observation"][..., :-1], steps[-2][0][env][..., 1:])
    assert not observation[..., :-1].any()
    assert venv.env_is_wrapped(Monitor) == [True, True] and horizon_of(venv) == 90


def test_one_seed_gives_one_course() -> None:
    courses = []
    for seed in (4, 4, 5):
        venv = make_atari("pong", 2, seed=seed, horizon=40)
        venv.reset()
        courses.append(np.array([observation for observation, *_ in play(venv, 60)[1]]))
    assert np.array_equal(courses[0], courses[1]) and not np.array_equal(courses[0], courses[2])


def test_a_run_goes_on_in_the_middle_of_an_episode() -> None:
    def made(seed: int) -> VecEnv:
        venv = make_atari("breakout", 2, seed=seed, setting="mnih2015", horizon=120)
        venv.reset()
        return venv

    venv, other = made(0), made(7)
    play(venv, 50)
    state = vec_env_state(venv)
    ahead = play(venv, 100, seed=1)[1]
    assert restore_vec_env(other, state)
    again = play(other, 100, seed=1)[1]
    for one, same in zip(ahead, again, strict=True):
        assert np.array_equal(one[0], same[0]) and np.array_equal(one[1], same[1])
    assert ahead[69][3][0]["episode"]["r"] == again[69][3][0]["episode"]["r"]


def test_an_agent_learns_from_clips_of_it() -> None:
    settings = {"clip_length": 10, "first_share": 1.0, "strategy": "uniform"}
    feedback = HumanFeedback("synthetic", labels=4, settings=settings)
    venv = feedback.wrap(make_vec_env("rlhf/Pong-v1", 2, seed=0, horizon=64))
    agent = PPO("CnnPolicy", venv, n_steps=32, batch_size=32, n_epochs=1, seed=0, device="cpu")
    agent.learn(128, callback=feedback)
    assert isinstance(venv.unwrapped, AtariVecEnv) and len(agent.ep_info_buffer or ()) > 0


def test_memory_and_games_that_are_drawn_are_made_one_by_one() -> None:
    assert isinstance(make_atari("pong", 1, obs_type="ram", snapshots=False), DummyVecEnv)
    drawn = make_vec_env(
        "rlhf/Pong-v1", 1, snapshots=False, env_kwargs={"render_mode": "rgb_array"}
    )
    assert isinstance(drawn, DummyVecEnv)
    assert isinstance(
        make_vec_env("rlhf/Pong-v1", 1, snapshots=False, vec_env_cls=DummyVecEnv), DummyVecEnv
    )


def test_any_game_can_be_made_and_what_cannot_is_refused() -> None:
    venv = make_atari("Tennis", 1, mask=())
    assert venv.get_attr("spec")[0].id == "rlhf/Tennis-v1"
    with pytest.raises(ValueError, match="no Atari game 'teniss' .*did you mean tennis"):
        make_atari("Teniss")
    with pytest.raises(ValueError, match="where tennis shows score and lives is not known"):
        make_atari("Tennis")
    with pytest.raises(NotImplementedError, match="make them one by one with vec_env_cls"):
        venv.set_attr("horizon", 3)
    with pytest.raises(NotImplementedError, match="do not know film"):
        venv.env_method("film")
