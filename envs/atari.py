"""Atari 2600 games as learning from comparisons needs them: no score, no lives, no end to read."""

from __future__ import annotations

import difflib
from types import ModuleType
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.screen import check_render_mode

__all__ = ["MASKS", "Atari", "Box"]

Picture: TypeAlias = npt.NDArray[np.uint8]
Box: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left and right of a part of the screen of 210 x 160 pixels."""

MASKS: dict[str, tuple[Box, ...]] = {
    "beam_rider": ((0, 33, 0, 160), (31, 43, 0, 41), (180, 195, 0, 160)),
    "breakout": ((0, 17, 0, 160),),
    "enduro": ((160, 193, 0, 160),),
    "hero": ((140, 191, 0, 160),),
    "montezuma_revenge": ((0, 48, 0, 160),),
    "pong": ((0, 24, 0, 160),),
    "private_eye": ((5, 31, 0, 160),),
    "qbert": ((0, 28, 0, 160),),
    "seaquest": ((5, 31, 0, 160),),
    "space_invaders": ((0, 23, 0, 160),),
}
"""Where the games of Christiano et al. 2017 and Ibarz et al. 2018 show score and lives."""

_SIZE, _STACK, _SKIP, _NOOPS, _ZOOM = 84, 4, 4, 30, 2
_FRAMES_A_SECOND = 60


class Atari(gym.Env[Picture, "np.int64 | int"]):
    """A game of the Arcade Learning Environment, without what would betray the reward.

    ## Description
    Score and lives are painted over, for the agent and for people, and a game that is over is
    followed by the next one without an end of the episode; else the agent could read the reward
    instead of learning it (Christiano et al. 2017, appendix A.2; Ibarz et al. 2018). The rest is
    the preprocessing of Mnih et al. 2015 with the sticky actions of Machado et al. 2018.

    ## Action space
    ``Discrete(n)``: the actions that have a meaning in the game, each held for 4 frames.

    ## Observation space
    ``Box(0, 255, (84, 84, 4))`` uint8: the last four pictures in grey, the newest last; the
    brighter of the last two frames of a step; zero before the first.

    ## Rewards
    Points in the game.

    ## Start
    Up to 30 frames without an action. FIRE is pressed where a game or a life begins with it.

    ## End
    Never terminated; truncated after 4,500 steps, which is five minutes of play. The return is what
    all games in this time earn.

    ## Source
    M. Bellemare et al., "The Arcade Learning Environment", 2013: github.com/Farama-Foundation.

    >>> env = gym.make("rlhf/Pong-v1")
    >>> observation, info = env.reset(seed=0)
    >>> observation.shape
    (84, 84, 4)
    """

    metadata = {
        "render_modes": ["human", "rgb_array"],
        "render_fps": _FRAMES_A_SECOND // _SKIP,
        "fixed_horizon": True,
        "frame_stack": _STACK,
    }

    def __init__(
        self,
        game: str,
        render_mode: str | None = None,
        *,
        mask: tuple[Box, ...] | None = None,
        repeat_action_probability: float = 0.25,
        full_action_space: bool = False,
    ) -> None:
        """Make the game.

        Args:
            game: its name, such as ``"pong"`` or ``"space_invaders"``.
            render_mode: ``"rgb_array"``, ``"human"`` or None.
            mask: what to paint over; by default `MASKS` of the game, and () paints nothing over.
            repeat_action_probability: with which an action is repeated in place of the next one, at
                each frame (Machado et al. 2018).
            full_action_space: offer all 18 actions.

        Raises:
            ModuleNotFoundError: ale-py or OpenCV is missing.
            ValueError: there is no such game, the render mode is another one, or nothing is known
                of where the game shows its score and no mask is given.
        """
        check_render_mode(render_mode)
        ale_py = _ale_py()
        rom = _rom(ale_py, game)
        if mask is None and game not in MASKS:
            raise ValueError(
                f"where {game} shows score and lives is not known: give mask=((top, bottom, left, "
                "right), ...) in pixels of its screen, or mask=() to leave them visible"
            )
        self.game, self.render_mode = game, render_mode
        self.mask = MASKS[game] if mask is None else mask
        self.repeat_action_probability = repeat_action_probability
        self._arguments = {
            "game": game,
            "render_mode": render_mode,
            "mask": self.mask,
            "repeat_action_probability": repeat_action_probability,
            "full_action_space": full_action_space,
        }
        ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
        self._ale: Any = ale_py.ALEInterface()
        self._ale.setFloat("repeat_action_probability", 0.0)  # of its own it forgets in snapshots
        if render_mode == "human":
            self._ale.setBool("display_screen", True)
        self._ale.loadROM(rom)
        self._switched_on = self._ale.cloneSystemState()
        ale = self._ale
        self._actions = ale.getLegalActionSet() if full_action_space else ale.getMinimalActionSet()
        self._fires = ale_py.Action.FIRE in self._actions
        self._noop, self._fire = ale_py.Action.NOOP, ale_py.Action.FIRE
        keys = {_keys(action.name): number for number, action in enumerate(self._actions)}
        self.metadata = {**self.metadata, "keys_to_action": keys}
        self.action_space = gym.spaces.Discrete(len(self._actions))
        self.observation_space = gym.spaces.Box(0, 255, (_SIZE, _SIZE, _STACK), np.uint8)
        self._stack = np.zeros((_SIZE, _SIZE, _STACK), dtype=np.uint8)
        self._held = self._noop

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Picture, dict[str, Any]]:
        """Begin a game."""
        super().reset(seed=seed)
        self._stack = np.zeros_like(self._stack)
        self._ale.restoreSystemState(self._switched_on)  # a new game remembers some of the last one
        self._begin_game()
        self._see([self._grey()])
        return self._stack.copy(), {}

    def step(self, action: np.int64 | int) -> tuple[Picture, float, bool, bool, dict[str, Any]]:
        """Hold an action for four frames."""
        if not self.action_space.contains(action):
            raise ValueError(
                f"an action of {self.game} is an integer from 0 to {len(self._actions) - 1}, "
                f"not {action!r}"
            )
        lives, reward, seen = self._ale.lives(), 0, []
        wanted = self._actions[action]
        changes = self.np_random.random(_SKIP) >= self.repeat_action_probability
        for frame in range(_SKIP):
            self._held = wanted if changes[frame] else self._held
            reward += self._ale.act(self._held)
            if self._ale.game_over():
                self._begin_game()
                lives = self._ale.lives()
            if frame >= _SKIP - 2:
                seen.append(self._grey())
        if self._fires and self._ale.lives() < lives:
            self._ale.act(self._fire)
        self._see(seen)
        return self._stack.copy(), float(reward), False, False, {}

    def render(self) -> Picture | None:
        """The screen without score and lives: ``(420, 320, 3)`` uint8 in mode ``"rgb_array"``."""
        if self.render_mode != "rgb_array":
            return None
        screen = self._masked(self._ale.getScreenRGB())
        return screen.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)

    @property
    def frames_of_this_game(self) -> int:
        """Frames since the last game began."""
        return int(self._ale.getEpisodeFrameNumber())

    def save_state(self) -> dict[str, Any]:
        """All that `load_state` needs to go on from here, as plain data."""
        return {
            "emulator": self._ale.cloneSystemState().serialize(),
            "stack": self._stack,
            "held": self._held.value,
            "np_random": self.np_random,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from where `save_state` was called."""
        ale_py = _ale_py()
        self._ale.restoreSystemState(ale_py.ALEState(state["emulator"]))
        self._held = ale_py.Action(state["held"])
        self._stack = state["stack"]
        self.np_random = state["np_random"]

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and copy: the arguments and where the game is."""
        return {"arguments": self._arguments, "spec": self.spec, "game": self.save_state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the game anew and go on where it was."""
        self.__init__(**state["arguments"])  # type: ignore[misc]
        self.spec = state["spec"]
        self.reset(seed=0)  # a console that was never played on restores Q*bert inexactly
        self.load_state(state["game"])

    def _begin_game(self) -> None:
        self._ale.reset_game()
        self._held = self._noop
        for _ in range(int(self.np_random.integers(_NOOPS + 1))):
            self._ale.act(self._noop)
        if self._fires:
            self._ale.act(self._fire)

    def _grey(self) -> Picture:
        screen: Picture = self._ale.getScreenGrayscale()
        return screen

    def _see(self, frames: list[Picture]) -> None:
        import cv2

        screen = self._masked(np.maximum.reduce(frames))
        small = cv2.resize(screen, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
        self._stack = np.concatenate([self._stack[..., 1:], small[..., None]], axis=-1)

    def _masked(self, screen: Picture) -> Picture:
        screen = screen.copy()
        for top, bottom, left, right in self.mask:
            screen[top:bottom, left:right] = 0
        return screen


def _keys(action: str) -> tuple[str, ...]:
    """The keys of an action of ALE.

    >>> _keys("UPFIRE")
    ('up', 'space')
    """
    words = {"UP": "up", "DOWN": "down", "LEFT": "left", "RIGHT": "right", "FIRE": "space"}
    return tuple(key for word, key in words.items() if word in action)


def _ale_py() -> ModuleType:
    try:
        import ale_py
        import cv2  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'Atari games need {error.name}, which is missing: pip install "rlhf-gym[atari]"'
        ) from error
    return ale_py


def _rom(ale_py: ModuleType, game: str) -> str:
    """The file of a game."""
    known = ale_py.roms.get_all_rom_ids()
    if game not in known:
        nearest = difflib.get_close_matches(game, known, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
        raise ValueError(f"there is no Atari game {game!r} among ale-py's {len(known)}{hint}")
    return str(ale_py.roms.get_rom_path(game))
