"""Snapshots: the state of an environment as plain data, to run a piece of an episode again.

A snapshot is JSON: the attributes of each layer of the environment (its wrappers and itself) that
are plain data, random generators among them; or what ``save_state`` of a layer gives, where it has
that and ``load_state``. Nothing in it is executed when it is restored. Large data, which is often
the same at each step, lies beside the text by its checksum, and is kept once wherever many
snapshots are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeAlias

import gymnasium as gym
import numpy as np

from rlhf_gym.basics.closing import closing
from rlhf_gym.basics.long_work import LongWork
from rlhf_gym.clips.observations import checksum_of, copy_of, leaves
from rlhf_gym.clips.plain_data import NUMBERS, Shared, decode, encode, to_json
from rlhf_gym.clips.rebuilding import layers_of
from rlhf_gym.clips.shared_parts import Snapshot, parts_of
from rlhf_gym.envs.action_masks import sample_action

__all__ = ["Kind", "forgets", "probe", "restore", "take", "take_reset"]

Env: TypeAlias = "gym.Env[Any, Any]"

Kind = Literal["state", "episode", "camera"]
"""How a clip can be drawn again: from the state at any step (``"state"``), by redoing its episode
from the reset (``"episode"``), or not at all, so that a camera must film it (``"camera"``)."""

_LEFT_ALONE = frozenset(
    {"env", "spec", "metadata", "render_mode", "action_space", "observation_space"}
    | {"_saved_kwargs", "_ezpickle_args", "_ezpickle_kwargs"}
    | {"_action_space", "_observation_space", "_metadata", "_cached_spec"}
)
"""Attributes that say what an environment is, not in which state."""


def take(env: Env) -> bytes:
    """Return the state of ``env``, with its wrappers' counters and random generators.

    Attributes that are not plain data (a physics engine, a window) are left out; whether the rest
    is enough is found out by `probe`.

    >>> env = gym.make("CartPole-v1")
    >>> _ = env.reset(seed=1)
    >>> snapshot = take(env)
    >>> once = env.step(0)[0]
    >>> restore(env, snapshot)
    >>> bool((env.step(0)[0] == once).all())
    True
    """
    return _snapshot(env)


def take_reset(env: Env, seed: int | None, options: dict[str, Any] | None) -> bytes:
    """Return what is needed to repeat ``env.reset(seed=seed, options=options)``.

    Call it before the reset; or after it, where it `forgets` all that was before.

    Raises:
        TypeError: if the options are not plain data.
    """
    return _snapshot(env, {"seed": seed, "options": options})


def _snapshot(env: Env, repeated: dict[str, Any] | None = None) -> bytes:
    shared = Shared()
    reset = encode(repeated, shared)
    layers = [(type(layer).__name__, _attributes(layer, shared)) for layer in layers_of(env)]
    state = to_json({"layers": layers, "reset": reset}).encode()
    return Snapshot(state, shared.parts) if shared.parts else state


def forgets(env: Env, steps: int = 10) -> bool:
    """Find out by trying whether a reset with a seed leaves nothing of what was before it.

    So it should be by Gymnasium's contract; some environments count their episodes, or have random
    generators that are not seeded.

    Args:
        env: is reset and stepped.
        steps: how many steps of other episodes are taken before the second reset, at most.
    """
    env.action_space.seed(0)
    found = []
    for episodes in (1, 2):
        for _ in range(episodes):
            env.reset()
            _run(env, _sampled(env, steps), _untold())
        seen, _ = env.reset(seed=1)
        found.append((_mark(seen), take(env)))
    return found[0] == found[1]


def restore(env: Env, snapshot: bytes) -> None:
    """Bring ``env`` to the state of a snapshot.

    Args:
        env: an environment with the same layers as the one the snapshot was taken of, which has
            been reset at least once.
        snapshot: by `take`, or by `take_reset`: the reset is then done again.

    Raises:
        ValueError: if the snapshot is broken or of an environment with other layers.
    """
    names, states, reset = _parse(snapshot)
    layers = list(layers_of(env))
    expected = [type(layer).__name__ for layer in layers]
    if names != expected:
        raise ValueError(
            f"the snapshot is of {' > '.join(names)}, but the environment is "
            f"{' > '.join(expected)}; make it with the same wrappers in the same order"
        )
    for layer, state in zip(layers, states, strict=True):
        if _knows_its_state(layer):
            layer.load_state(state)  # type: ignore[attr-defined]
        else:
            for name, value in state.items():
                _assign(layer, name, value)
    if reset is not None:
        env.reset(**reset)


def probe(
    make: Callable[[], Env],
    make_drawn: Callable[[], Env] | None = None,
    steps: int = 60,
    work: LongWork | None = None,
) -> Kind:
    """Find out by trying how pieces of an environment's episodes can be run again.

    Args:
        make: makes the environment, as it will be used.
        make_drawn: makes the one in which the pieces are run again; by default like ``make``.
        steps: how many random steps are tried.
        work: counts the steps, of which there are about 13 times as many in all.
    """
    makers, starts = (make, make_drawn or make), (0, steps // 4, steps // 2)
    counted = work or _untold()
    begun, by_state = 0, 3 * steps * len(starts) + sum(starts)
    counted.expect(by_state + 3 * steps, "steps")
    for start in starts:
        if not _replays_from(makers, steps, start, counted):
            break
        begun += 3 * steps + start
        counted.reach(begun)
    else:
        return "state"
    counted.reach(by_state)
    return "episode" if _replays_from(makers, steps, None, counted) else "camera"


def _replays_from(
    makers: tuple[Callable[[], Env], Callable[[], Env]],
    steps: int,
    start: int | None,
    work: LongWork,
) -> bool:
    """Return whether one environment repeats what another did after a snapshot.

    The snapshot is taken ``start`` steps into the second episode; None: of the reset before it.
    """
    make, make_again = makers
    with closing(make()) as first:
        first.action_space.seed(0)
        first.reset(seed=0)
        _run(first, _sampled(first, steps), work)
        if start is None:
            snapshot = take_reset(first, 1, None)
            first.reset(seed=1)
        else:
            first.reset()
            if _run(first, _sampled(first, start), work)[1]:
                first.reset()
            snapshot = take(first)
        actions: list[Any] = []
        seen = _run(first, _sampled(first, steps, actions), work)
    with closing(make_again()) as second:  # of some, such as devices, there is only one at a time
        second.reset(seed=2)
        restore(second, snapshot)
        return bool(seen == _run(second, actions, work))


def _untold() -> LongWork:
    return LongWork(lambda words: None)


def _sampled(env: Env, steps: int, kept: list[Any] | None = None) -> Iterator[Any]:
    """Yield actions that the environment allows when they are asked for, and keep them."""
    for _ in range(steps):
        action = sample_action(env)
        if kept is not None:
            kept.append(copy_of(action))
        yield action


def _run(env: Env, actions: Iterable[Any], work: LongWork) -> tuple[list[Any], bool]:
    """Return what tells observations apart, with rewards, and whether the episode ended."""
    seen = []
    for action in actions:
        observation, reward, terminated, truncated, _ = env.step(copy_of(action))
        work.advance()
        seen.append((_mark(observation), float(reward)))
        if terminated or truncated:
            return seen, True
    return seen, False


def _mark(observation: Any) -> int | str:
    """Return what another observation does not have: a checksum, as pictures may be large."""
    arrays = leaves(observation)
    if all(isinstance(each, np.ndarray) and each.dtype.kind in "biuf" for each in arrays):
        return checksum_of(observation)
    return to_json(encode(observation))


def _parse(snapshot: bytes) -> tuple[list[str], list[dict[str, Any]], dict[str, Any] | None]:
    """Return the layers' names and attributes, and the arguments of the reset to repeat."""
    try:
        saved = json.loads(snapshot)
        names, states = zip(*saved["layers"], strict=True)
        parts = parts_of(snapshot)
        states = tuple(
            {name: decode(value, parts) for name, value in state.items()} for state in states
        )
        return list(names), list(states), decode(saved["reset"], parts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"this is no snapshot, or a broken one: {error!r}") from error


def _attributes(layer: Env, shared: Shared) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if _knows_its_state(layer):
        return {name: encode(value, shared) for name, value in layer.save_state().items()}  # type: ignore[attr-defined]
    if isinstance(layer, gym.wrappers.PassiveEnvChecker):  # it keeps the last step to compare with
        return attributes
    for name, value in vars(layer).items():
        if name in _LEFT_ALONE:
            continue
        if type(value) in NUMBERS:
            attributes[name] = value
            continue
        count = len(shared.parts)
        try:
            attributes[name] = encode(value, shared)
        except (TypeError, RecursionError):  # `probe` finds out whether it matters
            shared.drop_after(count)
    return attributes


def _knows_its_state(layer: Env) -> bool:
    return hasattr(type(layer), "save_state") and hasattr(type(layer), "load_state")


def _assign(layer: Env, name: str, value: Any) -> None:
    """Set an attribute, unless it holds something that is not plain data, such as a window."""
    current = getattr(layer, name, None)
    if isinstance(current, np.random.Generator) and isinstance(value, np.random.Generator):
        current.bit_generator.state = value.bit_generator.state  # others may share the generator
        return
    if value is None and current is not None:
        try:
            encode(current)
        except (TypeError, RecursionError):
            return
    setattr(layer, name, value)
