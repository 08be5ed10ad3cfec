"""The keys with which an environment is played: an action for each, and what it does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np

from rlhf_gym.envs.action_names import action_names
from rlhf_gym.envs.description import describe_env
from rlhf_gym.window.key_row import KeyHint

__all__ = ["Actions", "action_of", "key_hints", "keys_to_actions"]

Actions: TypeAlias = Mapping[frozenset[str], Any]
"""The action of each set of keys that are held down together, by pygame's names."""

_AXES = (("left", "right"), ("down", "up"))
_BY_NAME = {
    **dict.fromkeys(
        ("left", "turn left", "push left", "left engine", "lane left", "torque −"), "left"
    ),
    **dict.fromkeys(
        ("right", "turn right", "push right", "right engine", "lane right", "torque +"), "right"
    ),
    **dict.fromkeys(("up", "forward", "main engine", "faster"), "up"),
    **dict.fromkeys(("down", "slower", "back", "backward"), "down"),
    **dict.fromkeys(("nothing", "stay", "idle", "noop", "still"), ""),
    **dict.fromkeys(("pick up", "pickup", "fire", "hit"), "space"),
}
"""The key on which a player expects an action, by its name; ``""`` is no key."""


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
        return _discrete(space, action_names(env))
    if isinstance(space, gym.spaces.Box) and space.shape in ((1,), (2,)):
        return _axes(space)
    raise ValueError(
        f"{env.spec.id if env.spec else env} cannot be played with a keyboard: its actions are "
        f"{space}, and metadata['keys_to_action'] names no keys for them"
    )


def _discrete(space: gym.spaces.Discrete, names: tuple[str, ...]) -> dict[frozenset[str], Any]:
    """Return a digit for each action, and the key that its name suggests."""
    first, last = int(space.start), int(space.start + space.n - 1)
    keys = {frozenset([str(i)]): first + i for i in range(min(int(space.n), 10))}
    if not names:
        keys |= {frozenset(["left"]): first, frozenset(["right"]): last}
        return keys | ({frozenset(): first + 1} if space.n == 3 else {})
    for number, name in enumerate(names):
        key = _BY_NAME.get(name)
        if key is not None:
            keys[frozenset([key]) - {""}] = first + number
    return keys


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


def action_of(keys: Actions, pressed: frozenset[str], last: Any) -> Any:
    """The action of the most keys that are pressed; with none, the idle action or the last one.

    >>> keys = {frozenset(["left"]): 0, frozenset(["left", "up"]): 1}
    >>> action_of(keys, frozenset(["left", "up", "x"]), None), action_of(keys, frozenset(), 5)
    (1, 5)
    """
    held = [combination for combination in keys if combination <= pressed]
    return keys[max(held, key=len)] if held else last


def key_hints(env: gym.Env[Any, Any], keys: Actions) -> tuple[list[KeyHint], str]:
    """Say what each key does: as keys with words, or as a text where the environment has only that.

    >>> env = gym.make("CartPole-v1")
    >>> [(hint.keys, hint.label) for hint in key_hints(env, keys_to_actions(env))[0]]
    [(('left', '0'), 'push left'), (('right', '1'), 'push right')]
    """
    text = describe_env(env).keys
    if text:
        hints = [_read(part) for part in text.replace(";", ",").split(",")]
        found = [hint for hint in hints if hint is not None]
        return (found, "") if len(found) == len(hints) else ([], text)
    names, by_label = action_names(env), dict[str, list[str]]()
    start = getattr(env.action_space, "start", 0)
    for held, action in keys.items():
        if len(held) == 1:
            (key,) = held
            label = _label(key, action, names, start)
            by_label.setdefault(label, []).append(key)
    arrows = ("left", "right", "up", "down", "space")
    return [
        KeyHint(tuple(sorted(used, key=lambda key: key not in arrows)[:2]), label)
        for label, used in by_label.items()
    ], ""


def _label(key: str, action: Any, names: tuple[str, ...], start: Any) -> str:
    if names:
        return names[int(action) - int(start)]
    return f"action {int(action)}" if isinstance(action, (int, np.integer)) else key


def _read(part: str) -> KeyHint | None:
    """Read ``"A Q thigh"``: keys, and what they do."""
    words = part.split()
    keys = list(itertools.takewhile(lambda word: len(word) == 1 and word.upper() == word, words))
    rest = " ".join(words[len(keys) :])
    if not keys or not rest or rest.startswith(("to ", "and ")):
        return None
    return KeyHint(tuple(key.lower() for key in keys), rest)
