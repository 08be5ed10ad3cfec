"""Atari games without score, lives and ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3.common.vec_env import DummyVecEnv

from rlhf_gym import make_atari
from rlhf_gym.basics.installation import install_extra
from rlhf_gym.clips.snapshots import restore, take
from rlhf_gym.environments.make import make_vec_env
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.envs import ATARI_IDS, RAM_IDS
from rlhf_gym.envs.atari import Atari
from rlhf_gym.envs.atari_masks import COUNTED, MASKS, small_boxes
from rlhf_gym.envs.enduro_pace import EnduroPace

GAMES = sorted(ATARI_IDS)


def run(env: Atari, steps: int) -> list[Any]:
    """The screens, and the points of each step, of random play."""
    env.action_space.seed(0)
    return [(env.step(env.action_space.sample())[:2], env.render()) for _ in range(steps)]


def test_the_registered_games_are_those_whose_masks_are_known() -> None:
    assert {gym.spec(name).kwargs["game"] for name in GAMES} == set(MASKS) == set(COUNTED)
    assert all("behaviour that you want" not in describe_id(name).goal.text for name in GAMES)


@pytest.mark.parametrize("game", sorted(MASKS))
def test_what_is_painted_over_is_black_for_the_agent_and_for_people(game: str) -> None:
    env, bare = Atari(game, "rgb_array"), Atari(game, "rgb_array", mask=())
    env.reset(seed=0)
    bare.reset(seed=0)
    was_shown = False
    for ((seen, points), shown), ((_, bare_points), all_shown) in zip(
        run(env, 90), run(bare, 90), strict=True
    ):
        assert points == bare_points and shown is not None and all_shown is not None
        hidden = np.zeros((210, 160), dtype=bool)
        for top, bottom, left, right in MASKS[game]:
            hidden[top:bottom, left:right] = True
        for rows, columns in small_boxes(MASKS[game]):
            assert not seen[rows, columns, -1].any()
        shown, all_shown = shown[::2, ::2], all_shown[::2, ::2]
        assert not shown[hidden].any()
        was_shown |= bool(all_shown[hidden].any())
        assert np.array_equal(shown[~hidden], all_shown[~hidden])
    assert was_shown


def test_a_game_that_is_over_is_followed_by_the_next_one() -> None:
    env = Atari("breakout", "rgb_array")
    env.reset(seed=0)
    env.action_space.seed(0)
    lengths = []
    for _ in range(600):
        _, _, terminated, truncated, info = env.step(env.action_space.sample())
        assert not (terminated or truncated or info)
        lengths.append(env._ale.getEpisodeFrameNumber())
    assert min(lengths[1:]) < lengths[0] + 100 and np.diff(lengths).min() < 0


@pytest.mark.parametrize("game", sorted(COUNTED))
def test_the_bytes_that_count_points_and_lives_are_zero_for_an_agent_that_sees_memory(
    game: str,
) -> None:
    env, bare = Atari(game, obs_type="ram"), Atari(game, obs_type="ram", mask=())
    env.reset(seed=0)
    before = bare.reset(seed=0)[0]
    env.action_space.seed(0)
    counted, points_in_counted = list(COUNTED[game]), 0
    for _ in range(300):
        action = env.action_space.sample()
        seen, points = env.step(action)[:2]
        after, same_points = bare.step(action)[:2]
        assert not seen[counted].any() and points == same_points
        others = np.setdiff1d(np.arange(128), counted)
        assert np.array_equal(seen[others], after[others])
        points_in_counted += points != 0 and bool((after != before)[counted].any())
        assert points == 0 or (after != before)[counted].any()
        before = after
    assert points_in_counted or game in ("montezuma_revenge", "private_eye", "hero", "enduro")


@pytest.mark.parametrize(
    ("env_id", "setting"),
    [
        *((name, "machado2018") for name in GAMES),
        ("rlhf/SpaceInvaders-v1", "mnih2015"),
        ("rlhf/Breakout-ram-v1", "machado2018"),
    ],
)
def test_it_goes_on_from_a_snapshot_and_begins_alike_whatever_was_played_before(
    env_id: str, setting: str
) -> None:
    first, second = (gym.make(env_id, setting=setting) for _ in range(2))
    first.action_space.seed(1)
    actions = [first.action_space.sample() for _ in range(90)]
    second.reset(seed=2)
    for action in actions[:20]:
        second.step(action)
    assert np.array_equal(first.reset(seed=1)[0], second.reset(seed=1)[0])
    for action in actions[:40]:
        assert np.array_equal(first.step(action)[0], second.step(action)[0])
    snapshot = take(first)
    ahead = [first.step(action) for action in actions[40:]]
    second.reset(seed=3)
    restore(second, snapshot)
    for action, (observation, points, *_) in zip(actions[40:], ahead, strict=True):
        again, same_points, *_ = second.step(action)
        assert np.array_equal(observation, again) and points == same_points


def test_machado_repeats_actions_by_chance_and_mnih_waits_before_an_episode() -> None:
    def third_pictures(setting: str, seeds: range) -> list[bytes]:
        env = Atari("pong", setting=setting)  # type: ignore[arg-type]
        pictures = []
        for seed in seeds:
            first, _ = env.reset(seed=seed)
            assert not first[..., :-1].any() and first[..., -1].any()
            for action in (2, 3, 2, 3, 2):
                seen = env.step(action)[0]
            pictures.append(seen.tobytes())
        return pictures

    assert len(set(third_pictures("machado2018", range(4)))) > 1
    waited = Atari("pong", setting="mnih2015")
    waits = []
    for seed in range(6):
        waited.reset(seed=seed)
        waits.append(waited.played.noops)
        assert len(waited.played.actions) == waits[-1] <= 7
    assert len(set(waits)) > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"game": "pongg"}, "no Atari game 'pongg' among ale-py's .*; did you mean pong"),
        ({"game": "tennis"}, r"where tennis shows score and lives is not known: give mask="),
        ({"game": "pong", "render_mode": "ansi"}, "render_mode must be 'human', 'rgb_array'"),
        ({"game": "pong", "obs_type": "rgb"}, "obs_type must be 'grayscale' or 'ram', but is 'rgb"),
        ({"game": "pong", "setting": "mnih"}, "must be 'machado2018' or 'mnih2015', but is 'mnih'"),
        ({"game": "pong", "mask": ((0, 300, 0, 9),)}, r"but \(0, 300, 0, 9\) was given"),
        (
            {"game": "tennis", "mask": ((0, 9, 0, 9),), "obs_type": "ram"},
            "which bytes of memory count the points of tennis is not known: give mask=",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Atari(**arguments)


@pytest.mark.parametrize("name", ["Pong-ram", "rlhf/Pong-ram-v1"])
def test_a_name_that_says_ram_is_a_game_whose_memory_is_seen(name: str) -> None:
    assert make_atari(name, n_envs=1).observation_space.shape == (128,)


def test_a_rom_that_is_not_there_is_told_apart_from_an_unknown_game(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALE_ROMS_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"the ROM of 'pong' cannot be read.*ALE_ROMS_DIR"):
        Atari("pong")
    (tmp_path / "pong.bin").write_bytes(b"no ROM")
    with pytest.raises(FileNotFoundError, match=r"hash of pong\.bin does not match"):
        make_atari("Pong", n_envs=1)


def test_a_game_without_a_known_mask_can_be_shown_whole() -> None:
    env = Atari("tennis", "rgb_array", mask=())
    env.reset(seed=0)
    frame = env.render()
    assert frame is not None and frame.shape == (420, 320, 3)


def test_an_action_that_is_none_is_refused() -> None:
    env = Atari("pong")
    env.reset(seed=0)
    with pytest.raises(ValueError, match="an action of pong is an integer from 0 to 5, not 6"):
        env.step(6)


def test_a_window_shows_the_game(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = Atari("pong", "human")
    env.reset(seed=0)
    env.step(0)
    assert env._window.get_size() == (320, 420)
    env.close()


def test_memory_has_ids_of_its_own() -> None:
    assert set(RAM_IDS) == {name.replace("-v1", "-ram-v1") for name in GAMES}
    observation, _ = gym.make("rlhf/Pong-ram-v1").reset(seed=0)
    assert observation.shape == (128,) and observation.dtype == np.uint8


def test_a_missing_extra_is_named() -> None:
    program = (
        "import sys; sys.modules['ale_py'] = None\n"
        "import gymnasium; gymnasium.make('rlhf_gym:rlhf/Pong-v1')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert install_extra("atari") in done.stderr


def test_who_drives_at_the_pace_of_the_others_is_level_with_them() -> None:
    env = EnduroPace()

    def counted(wanted: int) -> float:
        env.reset(seed=0)
        steps = []
        for _ in range(400):
            speed = env._ale.getRAM()[22]
            _, reward, _, _, info = env.step(1 if speed < wanted else 0)
            steps.append(info["probe"])
            assert reward == 0
        return float(sum(steps))

    stands, keeps_pace, passes = counted(0), counted(24), counted(255)
    assert stands == 0 and passes < 60 and keeps_pace > 250
    assert isinstance(make_vec_env("rlhf/EnduroPace-v1", 1, snapshots=False), DummyVecEnv)
