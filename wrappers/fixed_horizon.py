"""FixedHorizon: an episode does not end where the agent fails, so that its length says nothing."""

from __future__ import annotations

from typing import Annotated, Any, SupportsFloat, TypeAlias

import gymnasium as gym
from gymnasium.core import ActType, ObsType
from gymnasium.utils import RecordConstructorArgs

from rlhf_gym.basics.checks import Limits, check_arguments
from rlhf_gym.clips.observations import copy_of
from rlhf_gym.envs.description import settled_time_limit
from rlhf_gym.envs.step_notes import StepNotes, notes_of, with_notes

__all__ = ["EpisodeSteps", "FixedHorizon"]

EpisodeSteps: TypeAlias = Annotated[int, Limits(at_least=1, at_most=10**9)]
"""A number of steps of an episode."""


class FixedHorizon(gym.Wrapper[ObsType, ActType, ObsType, ActType], RecordConstructorArgs):
    """Hold the last observation of an episode, with reward 0, until ``horizon`` steps are done.

    Where episodes may end early, the sign of the reward alone solves many tasks: any positive
    constant keeps a pole up, since longer is better. With a fixed horizon a learned reward has to
    say more than "go on" or "stop" (Freire et al., "DERAIL: Diagnostic Environments for Reward And
    Imitation Learning", 2020, and the absorbing states of the `seals` environments).

    The wrapped environment never terminates (but see ``final``) and is truncated at ``horizon``.
    At the step at which the inner episode ends, ``ended`` is noted in the info (see `notes_of`):
    ``"terminated"`` or ``"truncated"`` (before the horizon). The steps after it are noted as
    ``absorbing`` and do not reach the inner environment, so that `render` goes on showing the last
    state.

    Most steps of an agent that fails early would be absorbing. With ``hold`` an episode is
    truncated after that number of absorbing steps: an agent that values a truncated state as if it
    went on (as those of stable-baselines3 do; Pardo et al., "Time limits in reinforcement
    learning", 2018) then learns the same as if the episode had lasted until the horizon, from far
    fewer steps. Where terminal states are valued, and absorbing steps worth nothing (see
    `HumanFeedback`), ``final=True`` lets the agent know: the episode is then terminated after its
    absorbing steps.

    >>> env = FixedHorizon(gym.make("CartPole-v1"), horizon=200)
    >>> _ = env.reset(seed=0)
    >>> steps = [env.step(1) for _ in range(200)]
    >>> sum(reward for _, reward, *_ in steps)
    8.0
    >>> notes_of(steps[7][4]).ended, steps[-1][2], steps[-1][3]
    ('terminated', False, True)
    """

    def __init__(
        self,
        env: gym.Env[ObsType, ActType],
        horizon: EpisodeSteps | None = None,
        hold: EpisodeSteps | None = None,
        final: bool = False,
    ) -> None:
        """Wrap ``env``.

        Args:
            env: an environment whose episodes may end early.
            horizon: length of every episode in steps; by default the environment's own
                time limit.
            hold: largest number of absorbing steps; by default all until the horizon.
            final: whether an episode is terminated, not truncated, after ``hold`` absorbing steps.

        Raises:
            ValueError: ``horizon`` or ``hold`` is not positive, or no horizon is given and the
                environment has none.
        """
        check_arguments(FixedHorizon.__init__, locals())
        if horizon is None:
            horizon = _own_horizon(env)
        RecordConstructorArgs.__init__(self, horizon=horizon, hold=hold, final=final)
        gym.Wrapper.__init__(self, env)
        self.horizon, self.hold, self.final = horizon, hold, final
        self._steps = self._absorbing = 0
        self._last: ObsType | None = None
        """The observation that absorbing steps show; None while the inner episode goes on."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[ObsType, dict[str, Any]]:
        """Begin a new episode."""
        self._steps = self._absorbing = 0
        self._last = None
        return self.env.reset(seed=seed, options=options)

    def step(self, action: ActType) -> tuple[ObsType, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step the inner environment, or hold its last observation where it has ended."""
        self._steps += 1
        at_horizon = self._steps >= self.horizon
        if self._last is not None:
            self._absorbing += 1
            over = self._absorbing == self.hold
            terminated, truncated = over and self.final, at_horizon or (over and not self.final)
            info = with_notes({}, StepNotes(absorbing=True))
            return copy_of(self._last), 0.0, terminated, truncated, info
        observation, reward, terminated, truncated, info = self.env.step(action)
        notes = notes_of(info)
        if terminated or (truncated and not at_horizon):
            notes = notes._replace(ended="terminated" if terminated else "truncated")
        if notes.ended:  # or the environment holds its terminal state itself, as ours do
            self._last = copy_of(observation)
        if at_horizon:  # the environment may write its next observation over this one
            observation = copy_of(observation)
        return observation, reward, False, at_horizon, with_notes(info, notes)


def _own_horizon(env: gym.Env[Any, Any]) -> int:
    horizon = settled_time_limit(env)
    if horizon is None:
        name = env.spec.id if env.spec is not None else env
        raise ValueError(
            f"{name} has no time limit of its own: say how many steps an episode lasts, with "
            "horizon=... or --horizon"
        )
    return horizon
