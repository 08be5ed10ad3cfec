"""Playing an environment with the keyboard, in a window of its own."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import gymnasium as gym
import pygame

from rlhf_gym.basics.words import capitalised, with_minus
from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.envs.description import describe_env
from rlhf_gym.envs.episode_words import end_words, mission_of
from rlhf_gym.envs.known import GENERAL_GOAL, MISSION_GOAL
from rlhf_gym.envs.step_notes import notes_of
from rlhf_gym.window import theme
from rlhf_gym.window.desktop import open_window
from rlhf_gym.window.draw import Canvas
from rlhf_gym.window.key_row import KeyHint
from rlhf_gym.window.playing.keys import Actions, action_of, key_hints, keys_to_actions
from rlhf_gym.window.stage import Page, draw_page, draw_still

__all__ = ["action_of", "keys_to_actions", "play"]

_AGAIN = ("return", "enter")  # no letter, since environments use letters for actions
_NO_GOAL = "Find out what is hard here."
_SLOW = 10.0
"""Frames a second up to which an environment waits for a key, unless no key is an action, too."""
_LEAST_TURNS = 15.0
"""Turns of the loop a second, at least, so that a key is answered at once."""


def play(
    env: gym.Env[Any, Any], goal: str, *, speed: float = 1.0, seed: int | None = None
) -> list[float]:
    """Let a person play until Esc or the window is closed.

    Args:
        env: made with ``render_mode="rgb_array"``; its metadata, or what is known of it, says what
            its keys do.
        goal: the sentence above the picture.
        speed: 1 is the environment's own frame rate.
        seed: seed of the first episode.

    Returns:
        Of each episode that was played to its end, the true return or what the environment counts.

    Raises:
        ValueError: the environment draws no pictures, or has no keys.
        NoDisplay: there is no screen.
    """
    name = env.spec.id if env.spec else str(env)
    if env.render_mode != "rgb_array":
        raise ValueError(f"{name} cannot be played: it draws no pictures (render mode rgb_array)")
    keys = keys_to_actions(env)
    open_window(f"{name} · play", (960, 760))
    try:
        return _Game(env, keys, goal).loop(speed, seed)
    finally:
        pygame.display.quit()


class _Game:
    """One person, one environment, episode after episode."""

    def __init__(self, env: gym.Env[Any, Any], keys: Actions, goal: str) -> None:
        self.env, self.keys, self.goal = env, keys, goal
        self.returns: list[float] = []
        self.description = describe_env(env)
        self.counted = self.description.return_name
        self.hints, self.hint_text = key_hints(env, keys)
        self.hints += [KeyHint(("return",), "new episode"), KeyHint(("escape",), "quit")]
        self.waits = self.description.fps <= _SLOW and frozenset() not in keys

    def loop(self, speed: float, seed: int | None) -> list[float]:
        """Play until the person leaves; one step a frame, or a key where the environment waits."""
        clock, rate = pygame.time.Clock(), speed * self.description.fps
        turns = max(rate, _LEAST_TURNS)
        self.restart(seed)
        pressed: frozenset[str] = frozenset()
        owed = 0.0
        while True:
            tapped: frozenset[str] = frozenset()  # down and up again within one frame counts too
            for event in pygame.event.get():
                if event.type == pygame.QUIT:
                    return self.returns
                if event.type == pygame.KEYDOWN:
                    name = pygame.key.name(event.key)
                    if name == "escape":
                        return self.returns
                    if name in _AGAIN:
                        self.restart(None)
                    pressed |= {name}
                    tapped |= {name}
                elif event.type == pygame.KEYUP:
                    pressed -= {pygame.key.name(event.key)}
            owed = min(owed + rate / turns, 1.0)
            if owed >= 1.0 or (self.waits and tapped):
                owed = 0.0
                self.advance(pressed | tapped)
            self.draw()
            clock.tick(turns)

    def restart(self, seed: int | None) -> None:
        """Start an episode, which waits for the first key."""
        self.env.reset(seed=seed)
        self.total, self.steps = 0.0, 0
        self.runs, self.ended = False, ""
        self.action: Any = None

    def advance(self, pressed: frozenset[str]) -> None:
        """Take one step of the environment, if an episode is running."""
        asked = bool(pressed - set(_AGAIN)) and any(held and held <= pressed for held in self.keys)
        if self.ended or not (asked if self.waits or not self.steps else self.runs):
            return
        self.action = action_of(self.keys, pressed, self.action)
        _, reward, terminated, truncated, info = self.env.step(self.action)
        self.total, self.steps, self.runs = self.total + float(reward), self.steps + 1, True
        if terminated or truncated:
            self.returns.append(self.total)
            kind = "terminated" if terminated else "truncated"
            self.ended = notes_of(info).end or end_words(self.env, kind, self.description)

    def draw(self) -> None:
        """Draw the goal above, the picture in the middle, and the keys below."""
        surface = pygame.display.get_surface()
        assert surface is not None
        message, note = capitalised(self.ended), "Enter plays again, Esc quits"
        if not self.steps and not self.ended:
            message, note = "Press a key to start", ""
        page = Page(
            environment=self.description.env_id,
            goal=self._goal(),
            hints=self.hints,
            hint_text=self.hint_text,
            figures=(
                (f"{self.steps:,}", "steps"),
                (with_minus(f"{self.total:,.1f}"), self.counted),
            ),
            message=message,
            note=note if message else "",
        )
        canvas = Canvas(surface, theme.unit(surface.get_size(), 1.0))
        room, _ = draw_page(canvas, page)
        draw_still(canvas, room, frame_of(self.env), page)
        pygame.display.flip()

    def _goal(self) -> str:
        if self.goal == GENERAL_GOAL.text:
            return _NO_GOAL
        mission = mission_of(self.env) if self.goal == MISSION_GOAL.text else ""
        return capitalised(mission) or self.goal
