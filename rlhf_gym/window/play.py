"""Playing an environment with the keyboard, in a window of its own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
import pygame

from rlhf_gym.clips.rendering import frame_of
from rlhf_gym.envs.description import describe_env
from rlhf_gym.window import theme
from rlhf_gym.window.desktop import open_display

__all__ = ["action_of", "keys_to_actions", "play"]

Actions = Mapping[frozenset[str], Any]
"""The action of each set of keys that are held down together, by pygame's names."""

_AXES = (("left", "right"), ("down", "up"))
_AGAIN = {"return", "enter"}  # no letter, since environments use letters for actions
_SHOWN = {"left": "left arrow", "right": "right arrow", "up": "up arrow", "down": "down arrow"}


def keys_to_actions(env: gym.Env[Any, Any]) -> dict[frozenset[str], Any]:
    """Return the keys of an environment: its own, or else arrows and digits.

    Args:
        env: ``metadata["keys_to_action"]`` maps a key, or a tuple of keys, to an action; ``""`` is
            no key at all.

    Raises:
        ValueError: it names none, and its actions do not suit a keyboard.

    >>> sorted(map(sorted, keys_to_actions(gym.make("CartPole-v1"))))
    [['0'], ['1'], ['left'], ['right']]
    """
    named = describe_env(env).keys_to_action
    if named:
        return {frozenset([k] if isinstance(k, str) else k) - {""}: v for k, v in named.items()}
    space = env.action_space
    if isinstance(space, gym.spaces.Discrete):
        first, last = int(space.start), int(space.start + space.n - 1)
        keys = {frozenset([str(i)]): first + i for i in range(min(int(space.n), 10))}
        keys |= {frozenset(["left"]): first, frozenset(["right"]): last}
        return keys | ({frozenset(): first + 1} if space.n == 3 else {})
    if isinstance(space, gym.spaces.Box) and space.shape in ((1,), (2,)):
        return _axes(space)
    raise ValueError(
        f"{env.spec.id if env.spec else env} cannot be played with a keyboard: its actions are "
        f"{space}, and metadata['keys_to_action'] names no keys for them"
    )


def action_of(keys: Actions, pressed: frozenset[str], last: Any) -> Any:
    """The action of the most keys that are pressed; with none, the idle action or the last one.

    >>> keys = {frozenset(["left"]): 0, frozenset(["left", "up"]): 1}
    >>> action_of(keys, frozenset(["left", "up", "x"]), None), action_of(keys, frozenset(), 5)
    (1, 5)
    """
    held = [combination for combination in keys if combination <= pressed]
    return keys[max(held, key=len)] if held else last


def play(
    env: gym.Env[Any, Any], goal: str, *, speed: float = 1.0, seed: int | None = None
) -> list[float]:
    """Let a person play until Esc or the window is closed.

    Args:
        env: made with ``render_mode="rgb_array"``; ``metadata["keys"]`` says what its keys do, else
            they are only named.
        goal: the sentence above the picture.
        speed: 1 is the environment's own frame rate.
        seed: seed of the first episode.

    Returns:
        Of each episode that was played to its end, the true return or what the environment counts.

    Raises:
        ValueError: the environment draws no pictures, or has no keys.
        NoDisplay: there is no screen.
    """
    if env.render_mode != "rgb_array":
        raise ValueError(
            f"{env.spec.id if env.spec else env} cannot be played: it draws no pictures (render "
            "mode rgb_array)"
        )
    keys = keys_to_actions(env)
    open_display()
    screen = pygame.display.set_mode((960, 720), pygame.RESIZABLE)
    pygame.display.set_caption("rlhf-gym play")
    try:
        return _Game(env, keys, goal, screen).loop(speed, seed)
    finally:
        pygame.display.quit()


class _Game:
    """One person, one environment, episode after episode."""

    def __init__(
        self, env: gym.Env[Any, Any], keys: Actions, goal: str, screen: pygame.Surface
    ) -> None:
        self.env, self.keys, self.goal, self.screen = env, keys, goal, screen
        self.returns: list[float] = []
        self.description = describe_env(env)
        self.counted = self.description.return_name
        used = sorted({key for combination in keys for key in combination})
        names = ", ".join(_SHOWN.get(key, key) for key in used)
        self.hint = self.description.keys or names

    def loop(self, speed: float, seed: int | None) -> list[float]:
        """Play until the person leaves; one step a frame."""
        clock = pygame.time.Clock()
        fps = speed * self.description.fps
        self.restart(seed)
        pressed: frozenset[str] = frozenset()
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
            self.advance(pressed | tapped)
            self.draw()
            clock.tick(fps)

    def restart(self, seed: int | None) -> None:
        """Start an episode, which waits for the first key."""
        self.env.reset(seed=seed)
        self.total, self.steps, self.status = 0.0, 0, "press a key to start"
        self.action: Any = None

    def advance(self, pressed: frozenset[str]) -> None:
        """Take one step of the environment, if an episode is running."""
        on = self.status == ""
        starts = pressed - _AGAIN and any(held <= pressed for held in self.keys)
        if not on and (self.steps or not starts):
            return
        self.action = action_of(self.keys, pressed, self.action)
        _, reward, terminated, truncated, _ = self.env.step(self.action)
        self.total, self.steps, self.status = self.total + float(reward), self.steps + 1, ""
        if terminated or truncated:
            self.returns.append(self.total)
            why = "the episode ended" if terminated else "the time is up"
            self.status = f"{why}: {self.counted} {self.total:g}. Enter plays again, Esc quits"

    def draw(self) -> None:
        """Draw the goal above, the picture in the middle, and the keys below."""
        width, height = self.screen.get_size()
        self.screen.fill(theme.BACKGROUND)
        self._line(self.goal, 18, theme.BRIGHT, 26)
        so_far = f"step {self.steps}     {self.counted} {self.total:.1f}"
        self._line(self.status or so_far, 16, theme.TEXT, height - 58)
        keys = f"keys: {self.hint}     Enter new episode     Esc quit"
        self._line(keys, 14, theme.MUTED, height - 28)
        picture = pygame.surfarray.make_surface(frame_of(self.env).swapaxes(0, 1))
        room = pygame.Rect(20, 56, max(width - 40, 1), max(height - 150, 1))
        place = picture.get_rect().fit(room)
        crisp = place.width >= 2 * picture.get_width()
        grow = pygame.transform.scale if crisp else pygame.transform.smoothscale
        self.screen.blit(grow(picture, place.size), place)
        pygame.display.flip()

    def _line(self, text: str, size: int, colour: theme.Colour, centre: int) -> None:
        drawn = theme.font(size).render(text, True, colour)
        width = self.screen.get_width()
        if drawn.get_width() > width - 16:
            drawn = pygame.transform.smoothscale_by(drawn, (width - 16) / drawn.get_width())
        self.screen.blit(drawn, drawn.get_rect(center=(width // 2, centre)))


def _axes(space: gym.spaces.Box) -> dict[frozenset[str], Any]:
    """Map arrow keys to the bounds of each number of the action; without them it is (nearly) 0."""
    rest = np.clip(np.zeros(space.shape, space.dtype), space.low, space.high)
    keys: dict[frozenset[str], Any] = {}
    for pushed in itertools.product((None, 0, 1), repeat=len(rest)):
        action = rest.copy()
        held = []
        for axis, end in enumerate(pushed):
            if end is not None:
                action[axis] = (space.low, space.high)[end][axis]
                held.append(_AXES[axis][end])
        keys[frozenset(held)] = action
    return keys
