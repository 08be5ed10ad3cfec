"""AtariVecEnv: many games of Atari, stepped natively."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, cast

import gymnasium as gym
import numpy as np
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv

from rlhf_gym.clips.observations import Array, checksum_of
from rlhf_gym.clips.plain_data import decode, encode
from rlhf_gym.clips.rebuilding import layers_of, spec_json_of
from rlhf_gym.clips.snapshots import take
from rlhf_gym.envs.atari import SIZE, STACK, Atari
from rlhf_gym.envs.atari_console import FRAME_SKIP, STICKY, Played, draw_start
from rlhf_gym.envs.atari_masks import small_boxes
from rlhf_gym.envs.step_notes import noted

__all__ = ["AtariVecEnv"]

_EVERY = 64
"""Steps from one snapshot to the next."""


class AtariVecEnv(VecEnv):
    """Many copies of a game, stepped side by side in ALE's own threads.

    Observations, rewards and hidden parts are those of `rlhf_gym.envs.atari.Atari`, to the last
    bit, and clips are drawn in one of those: a game is the seed of its console and its actions.
    Episodes begin and end together. The infos are those of Monitor and `SnapshotRecorder`.
    """

    def __init__(self, template: gym.Env[Any, Any], n_envs: int, *, snapshots: bool = True) -> None:
        """Switch the consoles on.

        Args:
            template: the wrapped game.
            n_envs: number of games.
            snapshots: whether the infos hold what is needed to draw clips later.

        Raises:
            ValueError: the game shows its memory, which ALE's threads do not.
        """
        import ale_py

        self.template = template
        game = self.game = cast(Atari, template.unwrapped)
        if game.obs_type != "grayscale":
            raise ValueError(f"many games are stepped natively with pictures, not {game.obs_type}")
        self.snapshots = snapshots
        self.horizon = int(template.get_wrapper_attr("spec").max_episode_steps)
        native: Any = ale_py.ALEVectorInterface
        self._native = native(
            rom_path=game.rom,
            num_envs=n_envs,
            frame_skip=FRAME_SKIP,
            stack_num=1,
            img_height=SIZE,
            img_width=SIZE,
            noop_max=0,
            reward_clipping=False,
            max_episode_steps=2**31 - 1,
            repeat_action_probability=STICKY[game.setting],
            full_action_space=game.full_action_space,
            autoreset_mode="SameStep",
        )
        self._hidden = small_boxes(game.mask)
        self._generators = [np.random.default_rng() for _ in range(n_envs)]
        self._played = [Played() for _ in range(n_envs)]
        self._stack = np.zeros((n_envs, STACK, SIZE, SIZE), np.uint8)
        self._steps = 0
        self._returns = np.zeros(n_envs)
        self._restored: dict[int, dict[str, Any]] = {}
        self._actions = np.zeros(n_envs, np.int64)
        self._traced = False
        self._begun = time.time()
        template.reset(seed=0)
        super().__init__(n_envs, template.observation_space, template.action_space)

    def reset(self) -> Any:
        """Begin an episode of each game: ``(n_envs, 84, 84, 4)`` uint8."""
        for env, seed in enumerate(self._seeds):
            if seed is not None:
                self._generators[env] = np.random.default_rng(seed)
        self._reset_seeds()
        self._reset_options()
        self.reset_infos = [{} for _ in range(self.num_envs)]
        self._begin()
        return self._observe()

    def step_async(self, actions: Array) -> None:
        """Hold an action ``(n_envs,)`` in each game."""
        self._actions = np.array(actions)
        self._native.send(self._actions, np.ones(self.num_envs, np.float32))

    def step_wait(self) -> tuple[Any, Array, Array, list[dict[str, Any]]]:
        """Return what the games show and earn."""
        infos = [noted({}, **self._record(env)) for env in range(self.num_envs)]
        pictures, points, *_ = self._native.recv()
        for played, action in zip(self._played, self._actions.tolist(), strict=True):
            played.actions.append(action)
        self._look(pictures)
        self._steps += 1
        self._returns += points
        dones = np.full(self.num_envs, self._steps >= self.horizon)
        if dones[0]:
            self._end(infos)
        return self._observe(), points.astype(np.float32), dones, infos

    def close(self) -> None:
        """Close the wrapped game."""
        self.template.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of the wrapped game, once for each index."""
        own = {"snapshot_kind": "state", "restorable": self.snapshots}
        if attr_name == "spec_json":
            value: Any = spec_json_of(self.template)
        elif attr_name in own:
            value = own[attr_name]
        else:
            value = self.template.get_wrapper_attr(attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: the games do not run in Python.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            f"games that are stepped natively take no {attr_name}; make them one by one with "
            "vec_env_cls=DummyVecEnv"
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call ``take_snapshot``, ``restore_snapshot`` or ``trace``, as of `SnapshotRecorder`.

        Raises:
            NotImplementedError: it is another method.
        """
        methods: dict[str, Any] = {
            "take_snapshot": self._take_snapshot,
            "restore_snapshot": self._restore_snapshot,
            "trace": self._trace,
        }
        if method_name not in methods:
            raise NotImplementedError(
                f"games that are stepped natively do not know {method_name}; make them one by one "
                "with vec_env_cls=DummyVecEnv"
            )
        call = methods[method_name]
        return [call(env, *method_args, **method_kwargs) for env in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: type[gym.Wrapper], indices: Any = None) -> list[bool]:
        """Return whether the games are wrapped so; this class notes what Monitor would."""
        wrapped = issubclass(Monitor, wrapper_class)
        wrapped |= any(isinstance(layer, wrapper_class) for layer in layers_of(self.template))
        return [wrapped for _ in self._get_indices(indices)]

    def _trace(self, env: int) -> None:
        self._traced = True

    def _record(self, env: int) -> dict[str, Any]:
        """Return what is noted about the step that a game is about to take."""
        recorded: dict[str, Any] = {}
        if self.snapshots and self._steps % _EVERY == 0:
            recorded["snapshot"] = self._clip_start(env)
        if self._traced:
            seen = np.moveaxis(self._stack[env], 0, -1)
            recorded |= {"action": self._actions[env], "checksum": checksum_of(seen)}
        return recorded

    def _begin(self) -> None:
        setting = self.game.setting
        self._play([draw_start(generator, setting) for generator in self._generators])
        self._returns[:] = 0
        self._begun = time.time()

    def _end(self, infos: Sequence[dict[str, Any]]) -> None:
        seconds = round(time.time() - self._begun, 6)
        last = self._observe()
        for env, info in enumerate(infos):
            info["terminal_observation"], info["TimeLimit.truncated"] = last[env], True
            info["episode"] = {"r": float(self._returns[env]), "l": self._steps, "t": seconds}
        self._begin()

    def _play(self, games: Sequence[Played]) -> None:
        """Switch the consoles on at such times that all come to their last step together."""
        lengths = np.array([len(game.actions) for game in games])
        noops = np.array([game.noops for game in games])
        seeds = np.array([game.seed for game in games])
        longest = int(lengths.max())
        for left in range(longest, -1, -1):
            begins = np.flatnonzero((lengths == left) | (left == longest))
            if len(begins):
                pictures, _ = self._native.reset(begins, seeds[begins])
            self._stack[lengths - left == noops] = 0
            self._look(pictures)
            if left:
                actions = [
                    game.actions[-left] if len(game.actions) >= left else 0 for game in games
                ]
                self._native.send(np.array(actions), np.ones(self.num_envs, np.float32))
                pictures, *_ = self._native.recv()
        self._played = list(games)
        self._steps = int((lengths - noops)[0])

    def _look(self, pictures: Array) -> None:
        self._stack[:, :-1] = self._stack[:, 1:]
        self._stack[:, -1] = pictures[:, 0]
        for rows, columns in self._hidden:
            self._stack[:, -1, rows, columns] = 0

    def _observe(self) -> Array:
        return np.moveaxis(self._stack.copy(), 1, -1)

    def _clip_start(self, env: int) -> bytes:
        """Return a snapshot that brings a single game to where this one is before the step."""
        self.game.played = self._played[env]
        return take(self.template)

    def _take_snapshot(self, env: int) -> bytes:
        state = {
            "played": self._played[env].plain(),
            "generator": self._generators[env],
            "earned": float(self._returns[env]),
        }
        return json.dumps(encode(state)).encode()

    def _restore_snapshot(self, env: int, snapshot: bytes) -> None:
        """Go back; the games are played until there once each of them has its snapshot."""
        self._restored[env] = decode(json.loads(snapshot))
        if len(self._restored) < self.num_envs:
            return
        states = [self._restored.pop(each) for each in range(self.num_envs)]
        games = [Played.of(state["played"]) for state in states]
        if len({len(game.actions) - game.noops for game in games}) > 1:
            raise ValueError("the snapshots are not of the same step, but episodes begin together")
        self._generators = [state["generator"] for state in states]
        self._returns[:] = [state["earned"] for state in states]
        self._play(games)
