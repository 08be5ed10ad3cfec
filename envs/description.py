"""EnvironmentDescription: what an environment says about itself; the contract of its metadata."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec, load_env_creator

from rlhf_gym.basics.faults import cannot_be_made
from rlhf_gym.envs.known import GENERAL_GOAL, MISSION_GOAL, Goal, known

__all__ = [
    "DEFAULT_FPS",
    "ENDS",
    "METADATA_KEYS",
    "EnvironmentDescription",
    "describe_env",
    "describe_metadata",
    "describe_spec",
    "misfits",
    "settled_time_limit",
    "time_limit_of",
]

DEFAULT_FPS = 30.0
"""The frame rate of environments that name none, in steps a second."""

TRUE_RETURN = "true return"
"""What the return of an episode is where the environment counts nothing else."""

METADATA_KEYS: dict[str, tuple[type, ...]] = {
    "render_modes": (list, tuple),
    "render_fps": (Real,),
    "goal": (str,),
    "tie_breaker": (str,),
    "ends": (dict,),
    "valued_terminals": (bool,),
    "fixed_horizon": (bool,),
    "frame_stack": (Integral,),
    "drawn_after": (bool,),
    "sound": (bool,),
    "transcript": (bool,),
    "probe": (str,),
    "naive_reward": (str,),
    "actions": (list, tuple),
    "keys": (str,),
    "keys_to_action": (dict,),
    "vec_env": (str,),
}
"""The keys of ``metadata`` that are read, each with the types of its value."""

TIME_LIMITS = (
    "max_episode_steps",
    "_max_episode_steps",
    "max_steps",
    "_max_steps",
    "max_episode_length",
    "_max_episode_length",
    "max_timesteps",
    "episode_length",
)
"""Attributes in which environments of other libraries keep their time limit in steps."""

ENDS = {"terminated": "episode over", "truncated": "time is up"}
"""What a person is told of the end of an episode where nothing else is known."""

_OLD_KEYS = {"ends_differ": "valued_terminals"}
"""Names of keys in version 0.1.0, which are still read."""


@dataclass(frozen=True)
class EnvironmentDescription:
    """What is known of an environment: its ``metadata``, its registration, and `known`.

    **The contract.** An environment describes itself in the class attribute ``metadata``, a dict.
    An attribute below that a key sets names that key first, with its type. Each key is optional,
    and no other is read. `rlhf_gym.environments.check_environment` tests an environment against
    the contract, and ``examples/own_environment.py`` has one.

    Attributes:
        env_id: the Gymnasium id; ``""`` if it has none.
        render_modes: ``render_modes`` (list), Gymnasium's: how it draws; ``"rgb_array"`` lets a
            person see clips. None if it does not say.
        fps: ``render_fps`` (number), Gymnasium's: steps a second, by which clips last and are
            played; 30 if it names none.
        names_fps: whether it names its frame rate.
        goal: ``goal`` (str), what a person is asked to look for, in one sentence, and
            ``tie_breaker`` (str), what decides between two clips that reach the goal alike.
        ends: ``ends`` (dict), how a person is told that an episode has ended, by its kind:
            ``{"terminated": "fell", "truncated": "time is up"}``. An environment that can end in
            several ways notes the words at the step: ``noted(info, end="landed")``, see
            `rlhf_gym.envs.step_notes`.
        names_ends: whether it says in its own words how episodes terminate.
        valued_terminals: ``valued_terminals`` (bool), whether episodes can terminate well or badly,
            as in a landing or a crash. The worth of a terminal state is then learned.
        fixed_horizon: ``fixed_horizon`` (bool), whether all episodes end at the time limit, and
            never before.
        frame_stack: ``frame_stack`` (int), number of images that an observation stacks along the
            last axis, the newest last, with zeros in place of those before the episode; None if
            they are not stacked.
        drawn_after: ``drawn_after`` (bool), whether a frame shows what followed an action (a
            reply), instead of what was there before it.
        sound: ``sound`` (bool), whether its clips have sound: the method ``sound(steps)`` gives the
            samples of the last steps, ``(n,)`` int16.
        transcript: ``transcript`` (bool), whether the last picture of a clip tells all of it, as a
            transcript of a conversation does. People are then shown that picture alone, and scroll
            it where it is too long. The method ``transcript(steps)``, where there is one, draws the
            picture of the last steps, as high as it has to be.
        probe: ``probe`` (str), what ``info["probe"]`` counts, for tests alone, where there is no
            reward function, or a naive one; ``""`` if the reward says what is wanted.
        naive_reward: ``naive_reward`` (str), what its own reward measures, where it has a probe;
            ``""`` if it has no reward function either.
        actions: ``actions`` (list), the names of discrete actions in their order, shown to a person
            who plays; see `rlhf_gym.envs.action_names`.
        keys: ``keys`` (str), what the keys do, shown to a person who plays; ``""`` if it does not
            say.
        keys_to_action: ``keys_to_action`` (dict), an action for each key, or tuple of keys; ``""``
            is no key.
        vec_env: ``vec_env`` (str), ``"module:Class"`` of its native vector environment, or None.
        time_limit: its time limit in steps, or None.
        horizon: the length of a training episode in steps that is known to suit it, or None.
        hold: the absorbing steps after an early end that are known to suit it, or None.
        keep_termination: whether agents are known to learn as well where its episodes end early.
    """

    env_id: str = ""
    render_modes: tuple[str, ...] | None = None
    fps: float = DEFAULT_FPS
    names_fps: bool = False
    goal: Goal = GENERAL_GOAL
    ends: Mapping[str, str] = field(default_factory=lambda: dict(ENDS))
    names_ends: bool = False
    valued_terminals: bool = False
    fixed_horizon: bool = False
    frame_stack: int | None = None
    drawn_after: bool = False
    sound: bool = False
    transcript: bool = False
    probe: str = ""
    naive_reward: str = ""
    actions: tuple[str, ...] = ()
    keys: str = ""
    keys_to_action: Mapping[Any, Any] = field(default_factory=dict)
    vec_env: str | None = None
    time_limit: int | None = None
    horizon: int | None = None
    hold: int | None = None
    keep_termination: bool = False

    @property
    def holds_ends(self) -> bool:
        """Whether its episodes are held after an early end: its own, or as was measured."""
        as_measured = self.horizon is not None or self.hold is not None
        return self.fixed_horizon or (as_measured and not self.keep_termination)

    def terminates(self, hold: int | None) -> bool:
        """Return whether its episodes end early in training, unless somebody says otherwise.

        Args:
            hold: absorbing steps after an early end, if any were asked for.
        """
        return hold is None and not self.holds_ends

    @property
    def draws(self) -> bool:
        """Whether its clips can be shown to a person."""
        return "rgb_array" in (self.render_modes or ())

    @property
    def has_reward(self) -> bool:
        """Whether its own reward says what is wanted.

        An environment with a probe has no reward function, or a naive one, such as the clicks that
        a company would log.
        """
        return not self.probe

    @property
    def return_name(self) -> str:
        """What the return of an episode is: the true return, or what the probe counts."""
        return self.probe or TRUE_RETURN


def describe_env(env: gym.Env[Any, Any]) -> EnvironmentDescription:
    """Describe an environment.

    >>> describe_env(gym.make("CartPole-v1")).fps
    50.0
    """
    described = describe_metadata(env.metadata, env.spec)
    if described.goal is GENERAL_GOAL and _has_missions(env):
        described = replace(described, goal=MISSION_GOAL)
    if not _can_render(env):
        described = replace(described, render_modes=())
    return replace(described, time_limit=time_limit_of(env))


def _can_render(env: gym.Env[Any, Any]) -> bool:
    """Whether the environment, or a wrapper that is not Gymnasium's, has a method to draw."""
    while isinstance(env, gym.Wrapper):
        if "render" in vars(type(env)) and not type(env).__module__.startswith("gymnasium."):
            return True
        env = env.env
    return type(env).render is not gym.Env.render or "render" in vars(env)


def _has_missions(env: gym.Env[Any, Any]) -> bool:
    """Whether each episode has a mission of its own, as an attribute or in the observation."""
    seen = env.unwrapped.observation_space
    return env.has_wrapper_attr("mission") or "mission" in getattr(seen, "spaces", {})


def time_limit_of(env: gym.Env[Any, Any]) -> int | None:
    """Return the steps after which an environment truncates an episode, or None.

    It is the registered limit, or one that the environment keeps under one of the names of
    `TIME_LIMITS`.

    >>> time_limit_of(gym.make("CartPole-v1"))
    500
    """
    if env.spec is not None and env.spec.max_episode_steps is not None:
        return int(env.spec.max_episode_steps)
    for name in TIME_LIMITS:
        limit = getattr(env.unwrapped, name, None)
        if isinstance(limit, Integral) and not isinstance(limit, bool) and int(limit) > 0:
            return int(limit)
    return None


def settled_time_limit(env: gym.Env[Any, Any]) -> int | None:
    """Return `time_limit_of`, after a reset where it is only known then, as in BabyAI.

    Such a limit can differ from mission to mission; it is then that of the first one.
    """
    limit = time_limit_of(env)
    has_one = limit is None and any(hasattr(env.unwrapped, name) for name in TIME_LIMITS)
    if not has_one:
        return limit
    env.reset(seed=0)
    return time_limit_of(env)


def describe_spec(spec: EnvSpec) -> EnvironmentDescription:
    """Describe what is registered, from its class, without making the environment.

    Raises:
        ValueError: if its class cannot be imported.

    >>> describe_spec(gym.spec("CartPole-v1")).goal.text
    'Keep the pole upright and the cart near the middle.'
    """
    creator: Any = spec.entry_point
    if isinstance(creator, str):
        try:
            creator = load_env_creator(creator)
        except Exception as error:  # a package may raise anything while it is imported
            raise cannot_be_made(spec.id, error) from error
    metadata = getattr(creator, "metadata", {})
    return describe_metadata(metadata if isinstance(metadata, dict) else {}, spec)


def describe_metadata(
    metadata: Mapping[str, Any] | None, spec: EnvSpec | None = None
) -> EnvironmentDescription:
    """Describe an environment from its metadata and its registration.

    Its own words come first, then `known`. A value of a wrong type is left out with a warning,
    since another library may mean something else by the key.

    >>> describe_metadata({"goal": "Spin.", "render_fps": 20}).fps
    20.0
    """
    read = _renamed(metadata or {})
    for problem in misfits(read):
        warnings.warn(f"{problem}; it is not used", stacklevel=3)
    read = {name: value for name, value in read.items() if _fits(name, value)}
    fps, modes = read.pop("render_fps", None), read.pop("render_modes", None)
    goal, tie_breaker = read.pop("goal", None), read.pop("tie_breaker", GENERAL_GOAL.tie_breaker)
    env_id = spec.id if spec is not None else ""
    otherwise = known(env_id)
    ends, actions = read.pop("ends", {}), read.pop("actions", ())
    if read.get("transcript"):  # of what the last action brought, too
        read["drawn_after"] = True
    read.setdefault("valued_terminals", otherwise.valued_terminals)
    read.setdefault("fixed_horizon", otherwise.fixed_horizon)
    return EnvironmentDescription(
        env_id=env_id,
        render_modes=None if modes is None else tuple(modes),
        fps=float(fps or DEFAULT_FPS),
        names_fps=bool(fps),
        goal=otherwise.goal if goal is None else Goal(goal, tie_breaker),
        actions=tuple(map(str, actions)),
        ends={**ENDS, **otherwise.ends, **{kind: str(words) for kind, words in ends.items()}},
        names_ends="terminated" in ends,
        time_limit=None if spec is None else spec.max_episode_steps,
        horizon=otherwise.horizon,
        hold=otherwise.hold,
        keep_termination=otherwise.keep_termination,
        **read,
    )


def misfits(metadata: Mapping[str, Any]) -> list[str]:
    """What is wrong with the values of the keys that are read, a sentence each.

    >>> misfits({"goal": 3, "render_fps": 50})
    ["metadata['goal'] must be str, but is 3"]
    """
    return [
        f"metadata[{name!r}] must be {' or '.join(kind.__name__ for kind in METADATA_KEYS[name])}, "
        f"but is {value!r}"
        for name, value in _renamed(metadata).items()
        if not _fits(name, value)
    ]


def _renamed(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are read, by their current names; None counts as left out."""
    by_name = {_OLD_KEYS.get(name, name): value for name, value in metadata.items()}
    return {name: by_name[name] for name in METADATA_KEYS if by_name.get(name) is not None}


def _fits(name: str, value: Any) -> bool:
    kinds = METADATA_KEYS[name]
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
