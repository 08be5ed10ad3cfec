"""Atari 2600 games as learning from comparisons needs them: no score, no lives, no end to read."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal, TypeAlias, get_args

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from rlhf_gym.envs.atari_masks import Box, hidden, near_games, small_boxes
from rlhf_gym.envs.screen import Screen, check_render_mode

__all__ = [
    "FRAME_SKIP",
    "NOOPS",
    "SIZE",
    "STACK",
    "STICKY",
    "Atari",
    "ObsType",
    "Played",
    "Setting",
    "draw_start",
    "rom_of",
]

Picture: TypeAlias = npt.NDArray[np.uint8]
ObsType = Literal["grayscale", "ram"]
Setting = Literal["machado2018", "mnih2015"]

STICKY: dict[Setting, float] = {"machado2018": 0.25, "mnih2015": 0.0}
"""With which probability an action is repeated in place of the next one, at each frame."""
NOOPS: dict[Setting, int] = {"machado2018": 0, "mnih2015": 7}
"""Steps without an action before an episode, at most."""

SIZE, STACK, FRAME_SKIP = 84, 4, 4
_ZOOM, _FRAMES_A_SECOND = 2, 60
_PADDLE = {"right": "up", "left": "down"}  # where Pong's goes


@dataclass
class Played:
    """What was played since the console was switched on; with the same it does the same again.

    Attributes:
        seed: with which it was switched on.
        noops: steps without an action, the first ones, that nobody saw.
        actions: of all steps.
    """

    seed: int = 0
    noops: int = 0
    actions: bytearray = field(default_factory=bytearray)

    def plain(self) -> dict[str, Any]:
        """The same as plain data, of which `of` makes it again."""
        return {**vars(self), "actions": bytes(self.actions)}

    @staticmethod
    def of(plain: dict[str, Any]) -> Played:
        """What `plain` was taken of."""
        return Played(plain["seed"], plain["noops"], bytearray(plain["actions"]))


class Atari(gym.Env[Picture, "np.int64 | int"]):
    """A game of the Arcade Learning Environment, without what would betray the reward.

    ## Description
    Score and lives are painted over, for the agent and for people; the loss of a life is no end,
    and a game that is over is followed by the next one without an end of the episode. Else the
    agent could read the reward instead of learning it (Christiano et al. 2017, appendix A.2; Ibarz
    et al. 2018). Many games at once are stepped natively, see `rlhf_gym.make_atari`.

    ## Action space
    ``Discrete(n)``: the actions that have a meaning in the game, each held for 4 frames.

    ## Observation space
    | ``obs_type`` | space | what |
    |---|---|---|
    | ``"grayscale"`` | ``Box(0, 255, (84, 84, 4))`` uint8 | the last 4 pictures, the newest last |
    | ``"ram"`` | ``Box(0, 255, (128,))`` uint8 | the memory; what counts points and lives is 0 |

    A picture is the brighter of the last two frames of a step; before the first it is zero.

    ## Settings
    | ``setting`` | an action is repeated by chance | before an episode |
    |---|---|---|
    | ``"machado2018"`` | at each frame with probability 0.25 | |
    | ``"mnih2015"`` | never | up to 7 steps (28 frames) without an action |

    ## Rewards
    Points in the game.

    ## Start
    FIRE is pressed where a game begins with it.

    ## End
    Never terminated; truncated after 4,500 steps, which is five minutes of play. The return is what
    all games in this time earn.

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
        "render_modes": ["human", "rgb_array"],
        "render_fps": _FRAMES_A_SECOND // FRAME_SKIP,
        "fixed_horizon": True,
        "vec_env": "rlhf_gym.wrappers.atari_vec_env:AtariVecEnv",  # where pictures are seen
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
            game: ALE's name of it, such as ``"pong"`` or ``"space_invaders"``.
            render_mode: ``"rgb_array"``, ``"human"`` or None.
            obs_type: pictures, or the console's memory.
            setting: of Machado et al. 2018, or of Mnih et al. 2015.
            mask: what to paint over; by default `MASKS` of the game, and () hides nothing.
            full_action_space: offer all 18 actions.

        Raises:
            ModuleNotFoundError: ale-py or OpenCV is missing.
            ValueError: there is no such game, observation, setting or render mode, or nothing is
                known of where the game shows its score and no mask is given.
        """
        check_render_mode(render_mode)
        _check_choice("obs_type", obs_type, get_args(ObsType))
        _check_choice("setting", setting, get_args(Setting))
        ale_py = _ale_py()
        self.rom = rom_of(game)
        self.mask, self._hidden = hidden(game, mask, memory=obs_type == "ram")
        self.game, self.render_mode = game, render_mode
        self.obs_type, self.setting, self.full_action_space = obs_type, setting, full_action_space
        ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
        self._ale: Any = ale_py.ALEInterface()
        ale = self._ale
        ale.setFloat("repeat_action_probability", STICKY[setting])
        ale.loadROM(self.rom)
        self._actions = ale.getLegalActionSet() if full_action_space else ale.getMinimalActionSet()
        self.fires = ale_py.Action.FIRE in ale.getMinimalActionSet()
        self._noop, self._fire = ale_py.Action.NOOP, ale_py.Action.FIRE
        keys = {_keys(action.name): number for number, action in enumerate(self._actions)}
        if game == "pong":
            keys |= {tuple(_PADDLE.get(key, key) for key in held): n for held, n in keys.items()}
        self.metadata = {**self.metadata, "keys_to_action": keys}
        shape: tuple[int, ...] = (128,)
        if obs_type == "grayscale":
            shape, self.metadata["frame_stack"] = (SIZE, SIZE, STACK), STACK
        else:
            self.metadata.pop("vec_env", None)
        self.action_space = gym.spaces.Discrete(len(self._actions))
        self.observation_space = gym.spaces.Box(0, 255, shape, np.uint8)
        self.screen = Screen(render_mode, self.metadata["render_fps"], game)
        self._stack = np.zeros((SIZE, SIZE, STACK), dtype=np.uint8)
        self._grey: list[Picture] = []
        self._colour: list[Picture] = []
        self.played = Played()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Picture, dict[str, Any]]:
        """Switch the console on, and begin a game."""
        super().reset(seed=seed)
        self._play(draw_start(self.np_random, self.setting))
        return self._observe(), {}

    def step(self, action: np.int64 | int) -> tuple[Picture, float, bool, bool, dict[str, Any]]:
        """Hold an action for four frames."""
        if not self.action_space.contains(action):
            raise ValueError(
                f"an action of {self.game} is an integer from 0 to {len(self._actions) - 1}, "
                f"not {action!r}"
            )
        points = self._hold(int(action))
        self._look()
        return self._observe(), float(points), False, False, {}

    def render(self) -> Picture | None:
        """The screen without score and lives: ``(420, 320, 3)`` uint8 in mode ``"rgb_array"``."""
        if not self.screen.wanted:
            return None
        screen = np.maximum.reduce(self._colour)
        for top, bottom, left, right in self.mask:
            screen[top:bottom, left:right] = 0
        return self.screen.show(screen.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1))

    def close(self) -> None:
        """Close the window."""
        self.screen.close()

    @property
    def frames_of_this_game(self) -> int:
        """Frames since the last game began."""
        return int(self._ale.getEpisodeFrameNumber())

    def save_state(self) -> dict[str, Any]:
        """All that `load_state` needs to go on from here, as plain data."""
        return {"played": self.played.plain(), "np_random": self.np_random}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from where `save_state` was called: play until there, faster than anyone sees."""
        self.np_random = state["np_random"]
        self._play(Played.of(state["played"]))

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and copy: the arguments and where the game is."""
        names = inspect.signature(type(self)).parameters
        arguments = {name: getattr(self, name) for name in names}
        return {"arguments": arguments, "spec": self.spec, "state": self.save_state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the game anew and go on where it was."""
        self.__init__(**state["arguments"])  # type: ignore[misc]
        self.spec = state["spec"]
        self.load_state(state["state"])

    def _play(self, played: Played) -> None:
        """Switch the console on and play again; only the last pictures are looked at."""
        self.played = Played(played.seed, played.noops)
        self._ale.setInt("random_seed", played.seed)
        self._ale.loadROM(self.rom)
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
        if self.fires:
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
        if self.obs_type == "grayscale":
            import cv2

            screen = np.maximum.reduce(self._grey)
            small = cv2.resize(screen, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
            for part in small_boxes(self.mask):
                small[part] = 0
            self._stack = np.concatenate([self._stack[..., 1:], small[..., None]], axis=-1)
        if self.render_mode == "human":
            self.render()

    def _observe(self) -> Picture:
        if self.obs_type == "ram":
            memory: Picture = self._ale.getRAM()
            memory[self._hidden] = 0
            return memory
        stack: Picture = self._stack.copy()
        return stack


def draw_start(generator: np.random.Generator, setting: Setting) -> Played:
    """The start of an episode: a console that is switched on, and left alone for a while."""
    seed, noops = int(generator.integers(2**31)), int(generator.integers(NOOPS[setting] + 1))
    return Played(seed, noops, bytearray(noops))


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


def rom_of(game: str) -> str:
    """The file of a game, by ALE's name of it.

    Raises:
        ModuleNotFoundError: ale-py or OpenCV is missing.
        ValueError: there is no such game.
        FileNotFoundError: the game is known, but its file cannot be read.
    """
    roms = _ale_py().roms
    known = roms.get_all_rom_ids()
    if game not in known:
        raise ValueError(
            f"there is no Atari game {game!r} among ale-py's {len(known)}{near_games(game, known)}"
        )
    try:
        return str(roms.get_rom_path(game))
    except OSError as error:
        raise FileNotFoundError(
            f"the ROM of {game!r} cannot be read: {error}. ale-py brings all of them along: take "
            "the environment variable ALE_ROMS_DIR away if it is set, or install ale-py anew with "
            "pip install --force-reinstall ale-py"
        ) from error


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be {' or '.join(map(repr, choices))}, but is {value!r}")
