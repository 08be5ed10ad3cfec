"""Playing with the keyboard, under SDL's dummy driver."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pygame
import pytest

from rlhf_gym.cli.main import main
from rlhf_gym.window.playing.app import action_of, keys_to_actions, play
from rlhf_gym.window.playing.keys import key_hints


def press(key: int) -> None:
    kind = pygame.KEYDOWN if key > 0 else pygame.KEYUP  # minus a key releases it
    pygame.event.post(pygame.event.Event(kind, key=abs(key)))


def press_at(monkeypatch: pytest.MonkeyPatch, keys: dict[int, int]) -> list[int]:
    """Press keys behind the frames with these numbers; returns the frames shown, as it grows."""
    shown: list[int] = []
    flip = pygame.display.flip

    def next_frame() -> None:
        shown.append(len(shown) + 1)
        flip()
        if shown[-1] in keys:
            press(keys[shown[-1]])

    monkeypatch.setattr(pygame.display, "flip", next_frame)
    return shown


def test_arrows_push_a_continuous_action_to_its_ends() -> None:
    keys = keys_to_actions(gym.make("Pendulum-v1"))
    assert action_of(keys, frozenset(["left"]), None).tolist() == [-2.0]
    assert action_of(keys, frozenset(["right"]), None).tolist() == [2.0]
    assert action_of(keys, frozenset(), None).tolist() == [0.0]


def test_the_middle_of_three_actions_is_no_key() -> None:
    keys = keys_to_actions(gym.make("MountainCar-v0"))
    assert [action_of(keys, frozenset(k), None) for k in (["left"], [], ["right"])] == [0, 1, 2]


def test_an_environment_names_its_own_keys() -> None:
    env = gym.make("rlhf_gym:rlhf/MovingDot-v1")
    keys = keys_to_actions(env)
    assert action_of(keys, frozenset(["up"]), None) == env.metadata["keys_to_action"]["up"]
    assert action_of(keys, frozenset(), None) == 0


def test_pongs_paddle_is_moved_by_up_and_down_too() -> None:
    keys = keys_to_actions(gym.make("rlhf/Pong-v1"))
    for way, named in (("up", "right"), ("down", "left")):
        assert action_of(keys, frozenset([way]), None) == action_of(keys, frozenset([named]), None)
        with_fire = [action_of(keys, frozenset([key, "space"]), None) for key in (way, named)]
        assert with_fire[0] == with_fire[1]


def test_actions_that_no_keyboard_can_give_are_refused() -> None:
    env = gym.make("CartPole-v1")
    env.action_space = gym.spaces.Box(-1, 1, (6,), np.float32)
    with pytest.raises(ValueError, match="keys_to_action"):
        keys_to_actions(env)


def test_an_environment_without_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="draws no pictures"):
        play(gym.make("CartPole-v1"), "goal")


def test_an_episode_is_played_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = press_at(monkeypatch, {2: pygame.K_RIGHT, 60: pygame.K_ESCAPE})
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    (value,) = play(env, "Keep the pole upright.", speed=20.0, seed=0)
    assert 8 <= value <= 12  # pushed to one side from the start, the pole falls at once
    assert len(shown) == 60


def test_a_letter_that_an_environment_has_an_action_on_starts_no_new_episode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    press_at(monkeypatch, {2: pygame.K_r, 8: pygame.K_ESCAPE})
    env = gym.make("rlhf/SupportChat-v1", render_mode="rgb_array")
    play(env, "Help.", speed=20.0, seed=0)
    assert env.unwrapped.turn == 6  # type: ignore[attr-defined]


def test_enter_starts_a_new_episode(monkeypatch: pytest.MonkeyPatch) -> None:
    press_at(monkeypatch, {2: pygame.K_1, 8: pygame.K_RETURN, 9: pygame.K_ESCAPE})
    env = gym.make("rlhf/SupportChat-v1", render_mode="rgb_array")
    play(env, "Help.", speed=20.0, seed=0)
    assert env.unwrapped.turn == 1  # type: ignore[attr-defined]  # the key is still held


@pytest.mark.parametrize("env_id", ["CartPole-v1", "LunarLander-v3", "rlhf/MovingDot-v1"])
def test_the_command_plays_an_environment(
    env_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = press_at(monkeypatch, {2: pygame.K_RIGHT, 140: pygame.K_ESCAPE})
    assert main(["play", env_id, "--speed", "20", "--seed", "0"]) == 0
    assert len(shown) == 140
    assert "episode 1: true return" in capsys.readouterr().out


def hints(env_id: str) -> dict[str, tuple[str, ...]]:
    """The keys that are shown, by what they are said to do."""
    env = gym.make(env_id)
    found, text = key_hints(env, keys_to_actions(env))
    assert not text
    return {hint.label: hint.keys for hint in found}


@pytest.mark.parametrize(
    ("env_id", "shown"),
    [
        ("LunarLander-v3", {"main engine": ("up", "2"), "left engine": ("left", "1")}),
        ("rlhf/LunarLander-v3", {"main engine": ("up",), "right engine": ("right",)}),
        ("FrozenLake-v1", {"down": ("down", "1"), "right": ("right", "2"), "up": ("up", "3")}),
        ("rlhf/Pong-v1", {"up": ("right", "up"), "down": ("left", "down"), "fire": ("space",)}),
        ("rlhf/Moderation-v1", {"allow": ("1",), "remove": ("4",)}),
        ("rlhf/SupportChat-v1", {"close": ("5",), "the same warmly": tuple("qwert")}),
        ("rlhf/Hopper-v5", {"thigh": ("a", "q"), "foot": ("d", "e")}),
        ("Pendulum-v1", {"left": ("left",), "right": ("right",)}),
    ],
)
def test_a_player_is_told_what_each_key_does(env_id: str, shown: dict[str, object]) -> None:
    assert shown.items() <= hints(env_id).items()


def test_minigrid_is_walked_by_arrow_keys() -> None:
    pytest.importorskip("minigrid")
    found = hints("MiniGrid-Empty-5x5-v0")
    assert (found["turn left"], found["forward"]) == (("left", "0"), ("up", "2"))


def test_a_world_in_which_nothing_moves_by_itself_waits_for_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = press_at(monkeypatch, {2: pygame.K_RIGHT, 3: -pygame.K_RIGHT, 30: pygame.K_ESCAPE})
    env = gym.make("FrozenLake-v1", render_mode="rgb_array", is_slippery=False)
    play(env, "Walk.", speed=20.0, seed=0)
    assert env.unwrapped.s == 1 and len(shown) == 30  # type: ignore[attr-defined]
