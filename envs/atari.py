"""Atari: games without what would betray the reward: score, lives and the end of a game."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.atari_console import (
    FRAME_SKIP,
    Played,
    Setting,
    actions_of,
    draw_start,
    keys_of,
    new_console,
    rom_of,
    switch_on,
)
from rlhf_gym.envs.atari_masks import Box, hidden, small_boxes
from rlhf_gym.envs.screen import DrawnEnv

__all__ = ["SIZE", "STACK", "Atari", "ObsType"]

Picture: TypeAlias = npt.NDArray[np.uint8]
ObsType = Literal["grayscale", "ram"]

SIZE, STACK = 84, 4
"""Pixels along a side of an observed picture, and number of pictures in an observation."""
_ZOOM, _FRAMES_A_SECOND = 2, 60
_PADDLE = {"right": "up", "left": "down"}
"""Keys for Pong, whose paddle moves up and down."""


class Atari(DrawnEnv[Picture, "np.int64 | int"]):
    """Play a game of the Arcade Learning Environment without seeing its score.

    The task is that of the game. The agent observes the last 4 pictures as ``(84, 84, 4)`` uint8,
    or the console's memory as ``(128,)`` uint8. Its action is one of those that the game knows, and
    is held for 4 frames. The reward is the points of the game; so that an agent cannot read it off
    instead of learning it (Christiano et al. 2017, appendix A.2; Ibarz et al. 2018), score and
    lives are painted over, for people as well. Episodes are truncated after 4,500 steps, which is
    five minutes of play, and never terminated: a lost life ends nothing, and a game that is over is
    followed by the next one.

    ## Action space
    ``Discrete(n)``: the actions that have a meaning in the game, or all 18.

    ## Observation space
    | ``obs_type`` | space | meaning |
    |---|---|---|
    | ``"grayscale"`` | ``Box(0, 255, (84, 84, 4))`` uint8 | the last 4 pictures, the newest last |
    | ``"ram"`` | ``Box(0, 255, (128,))`` uint8 | the memory; what counts points and lives is 0 |

    A picture is the brighter of the last two frames of a step; before the first it is zero.

    ## Settings
    | ``setting`` | the last action is repeated | before an episode |
    |---|---|---|
    | ``"machado2018"`` | at each frame with probability 0.25 | |
    | ``"mnih2015"`` | never | up to 7 steps (28 frames) without an action |

    `rlhf_gym.make_atari` makes many games at once, which ALE steps natively.

    ## Start
    FIRE is pressed in games that begin with it.

    ## Source
    M. Bellemare et al., "The Arcade Learning Environment", 2013: github.com/Farama-Foundation.
    V. Mnih et al., "Human-level control through deep reinforcement learning", 2015. M. Machado et
    al., "Revisiting the Arcade Learning Environment", 2018.

    >>> env = gym.make("rlhf/Pong-v1")
    >>> observation, info = env.reset(seed=0)
    >>> observation.shape
    (84, 84, 4)
    """

    metadata = {
        **DrawnEnv.metadata,
        "fixed_horizon": True,
        "render_fps": _FRAMES_A_SECOND // FRAME_SKIP,
        "vec_env": "rlhf_gym.wrappers.atari_vec_env:AtariVecEnv",  # for pictures only
    }

    def __init__(
        self,
        game: str,
        render_mode: str | None = None,
        *,
        obs_type: ObsType = "grayscale",
        setting: Setting = "machado2018",
        mask: Sequence[Box] | None = None,
        full_action_space: bool = False,
    ) -> None:
        """Make the game.

        Args:
            game: ALE's name of the game, such as ``"pong"`` or ``"space_invaders"``.
            render_mode: ``"rgb_array"``, ``"human"`` or None.
            obs_type: pictures, or the console's memory.
            setting: that of Machado et al. 2018, or that of Mnih et al. 2015.
            mask: boxes that are painted over; by default `MASKS` of the game, and () hides nothing.
            full_action_space: offer all 18 actions.

        Raises:
            ModuleNotFoundError: ale-py or OpenCV is missing.
            ValueError: there is no such game, observation, setting or render mode, or it is not
                known where the game shows its score and no mask is given.
        """
        super().__init__(render_mode)
        _check_choice("obs_type", obs_type, get_args(ObsType))
        _check_choice("setting", setting, get_args(Setting))
        self.rom = rom_of(game)
        self.mask, self._hidden = hidden(game, mask, memory=obs_type == "ram")
        self.game = self.title = game
        self.obs_type, self.setting, self.full_action_space = obs_type, setting, full_action_space
        minimal, every = actions_of(self.rom)
        self._actions = every if full_action_space else minimal
        self._fire = next((action for action in minimal if action.name == "FIRE"), None)
        keys = {keys_of(action.name): number for number, action in enumerate(self._actions)}
        if game == "pong":
            keys |= {
                tuple(_PADDLE.get(key, key) for key in pressed): n for pressed, n in keys.items()
            }
        self.metadata = {**self.metadata, "keys_to_action": keys}
        shape: tuple[int, ...] = (128,)
        if obs_type == "grayscale":
            shape, self.metadata["frame_stack"] = (SIZE, SIZE, STACK), STACK
        else:
            self.metadata.pop("vec_env", None)
        self.action_space = gym.spaces.Discrete(len(self._actions))
        self.observation_space = gym.spaces.Box(0, 255, shape, np.uint8)
        self._stack = np.zeros((SIZE, SIZE, STACK), dtype=np.uint8)
        self._grey: list[Picture] = []
        self._colour: list[Picture] = []
        self.played = Played()

    @cached_property
    def _ale(self) -> Any:
        """The console; an episode switches it on, or what is done before the first one."""
        console = new_console(self.setting)
        switch_on(console, self.rom)
        return console

    def get_action_meanings(self) -> list[str]:
        """Name the actions as ALE does, but those of Pong's paddle by the ways it moves."""
        ways = {"RIGHT": "UP", "LEFT": "DOWN"} if self.game == "pong" else {}
        names = [action.name for action in self._actions]
        return [next((n.replace(a, b) for a, b in ways.items() if a in n), n) for n in names]

    def _begin(self) -> None:
        self._play(draw_start(self.np_random, self.setting))

    def _take(self, action: np.int64 | int) -> tuple[float, dict[str, Any]]:
        points = self._hold(self._checked(action))
        self._look()
        return float(points), {}

    def save_state(self) -> dict[str, Any]:
        """Return what `load_state` needs to go on from here, as plain data."""
        return {"played": self.played.plain(), "np_random": self.np_random}

    def load_state(self, state: dict[str, Any]) -> None:
        """Restore what `save_state` returned, by playing until there again without pictures."""
        self.np_random = state["np_random"]
        self._play(Played.of(state["played"]))

    def __getstate__(self) -> dict[str, Any]:
        """Return the arguments and the state, for pickle and copy."""
        names = inspect.signature(type(self)).parameters
        arguments = {name: getattr(self, name) for name in names}
        return {"arguments": arguments, "spec": self.spec, "state": self.save_state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the game from its arguments and restore its state."""
        self.__init__(**state["arguments"])  # type: ignore[misc]
        self.spec = state["spec"]
        self.load_state(state["state"])

    def _play(self, played: Played) -> None:
        """Switch the console on and play again; only the last pictures are kept."""
        self.played = Played(played.seed, played.noops)
        console = vars(self).get("_ale") or new_console(self.setting)
        switch_on(console, self.rom, played.seed)
        self._ale = console
        self._stack = np.zeros_like(self._stack)
        self._begin_game()
        last = len(played.actions)
        first_seen = max(played.noops, last - STACK + 1)
        if first_seen == 0:
            self._look()
        for number, action in enumerate(played.actions, start=1):
            self._hold(action, seen=number >= first_seen)
            if number >= first_seen:
                self._look()

    def _begin_game(self) -> None:
        self._ale.reset_game()
        if self._fire is not None:
            self._ale.act(self._fire)
        self._grey, self._colour = [], []
        self._grab()

    def _hold(self, action: int, seen: bool = True) -> int:
        """Hold an action for four frames, or until the game is over and the next one begins."""
        self.played.actions.append(action)
        points = 0
        self._grey, self._colour = [], []
        for frame in range(FRAME_SKIP):
            points += self._ale.act(self._actions[action])
            if self._ale.game_over():
                self._begin_game()
                break
            if seen and frame >= FRAME_SKIP - 2:
                self._grab()
        return points

    def _grab(self) -> None:
        if self.obs_type == "grayscale":
            self._grey.append(self._ale.getScreenGrayscale())
        if self.render_mode is not None:
            self._colour.append(self._ale.getScreenRGB())

    def _look(self) -> None:
        if self.obs_type == "ram":
            return
        import cv2

        screen = np.maximum.reduce(self._grey)
        small = cv2.resize(screen, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        for part in small_boxes(self.mask):
            small[part] = 0
        self._stack = np.concatenate([self._stack[..., 1:], small[..., None]], axis=-1)

    def _draw(self) -> Picture:
        """Return the screen without score and lives, ``(420, 320, 3)`` uint8."""
        screen: Picture = np.maximum.reduce(self._colour)
        for top, bottom, left, right in self.mask:
            screen[top:bottom, left:right] = 0
        return screen.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)

    def _observe(self) -> Picture:
        if self.obs_type == "ram":
            memory: Picture = self._ale.getRAM()
            memory[self._hidden] = 0
            return memory
        stack: Picture = self._stack.copy()
        return stack


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be {' or '.join(map(repr, choices))}, but is {value!r}")
