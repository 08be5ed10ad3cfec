"""Plan: every run of a suite with all its settings, checked before the first run begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gymnasium as gym

from rlhf_gym.agents import algorithm, fits, refusal
from rlhf_gym.basics.closing import close
from rlhf_gym.benchmark.suite import Grid, Suite
from rlhf_gym.environments.registry import describe_id
from rlhf_gym.results.arms import arm_of
from rlhf_gym.results.row import Row
from rlhf_gym.runs.config import as_table, differing, finite, flat, from_table
from rlhf_gym.runs.settings import TrainSettings, fill_in, reward_model_of

__all__ = ["Plan", "Run", "plan_of", "settings_table"]


@dataclass(frozen=True)
class Run:
    """One run of a benchmark.

    Attributes:
        arm: name of what the agent learns from; see `Arm`.
        demonstrations: number of demonstrated episodes.
        settings: all other settings, with no value left open.
    """

    arm: str
    demonstrations: int
    settings: TrainSettings

    @property
    def row(self) -> Row:
        """The row as it is known before the run begins."""
        arm = arm_of(self.arm)
        return Row(
            env_id=self.settings.env_id,
            algo=self.settings.algo if arm.algorithm else "",
            arm=self.arm,
            labels=(self.settings.labels or 0) if arm.answered else 0,
            demonstrations=self.demonstrations,
            seed=self.settings.seed,
            settings=settings_table(self.settings),
        )

    @property
    def name(self) -> str:
        """A name that is unique in the suite and can be a file's name."""
        row = self.row
        arm = row.arm.replace(" ", "_")
        parts = [row.env_id.replace("/", "_"), row.algo.replace(":", "."), arm]
        parts += [f"{row.labels}labels"] if row.labels else []
        parts += [f"{row.demonstrations}shown"] if row.demonstrations else []
        return "-".join([part for part in parts if part] + [f"seed{row.seed}"])


@dataclass(frozen=True)
class Plan:
    """All runs of a suite.

    Attributes:
        suite: the suite.
        runs: the runs, seed by seed, so that all cells grow at the same pace.
        left_out: pairs of environment and algorithm that do not fit.
    """

    suite: Suite
    runs: tuple[Run, ...]
    left_out: tuple[tuple[str, str], ...]


def plan_of(suite: Suite) -> Plan:
    """List every run of a suite.

    Raises:
        ValueError: an environment or algorithm is unknown, none fit each other, a setting cannot
            work, or two grids ask for the same run with different settings.
    """
    spaces = {
        env_id: _action_space(grid, env_id) for grid in suite.grids for env_id in grid.environments
    }
    left_out: dict[tuple[str, str], None] = {}
    runs: dict[str, Run] = {}
    try:
        for grid in suite.grids:
            _check_rewards(grid)
            pairs = list(itertools.product(grid.environments, grid.algos))
            fitting = [pair for pair in pairs if fits(algorithm(pair[1]), spaces[pair[0]])]
            if not fitting:
                env_id, algo = pairs[0]
                raise ValueError(
                    f"none of {', '.join(grid.algos)} can take the actions of "
                    f"{', '.join(grid.environments)}; {refusal(algorithm(algo), spaces[env_id])}"
                )
            left_out |= {pair: None for pair in pairs if pair not in fitting}
            for env_id, algo in fitting:
                for run in _runs(grid, env_id, algo):
                    _check_same(runs.setdefault(run.name, run), run)
    except ValueError as error:
        raise ValueError(f"the suite {suite.name}: {error}") from error
    ordered = sorted(runs.values(), key=lambda run: run.settings.seed)
    return Plan(suite, tuple(ordered), tuple(left_out))


def _check_rewards(grid: Grid) -> None:
    """Refuse arms that need a true reward in environments without one."""
    need = [arm for arm in grid.arms if arm_of(arm).needs_reward]
    lacking = [env_id for env_id in grid.environments if not describe_id(env_id).has_reward]
    if need and lacking:
        raise ValueError(
            f"{', '.join(lacking)} has no reward function that says what is "
            f"wanted, but the arms {', '.join(need)} learn from one: leave them out (what it "
            "counts is for tests only)"
        )


def _check_same(known: Run, run: Run) -> None:
    """Refuse a run that has the name of one with other settings: its row would be lost."""
    if run == known:
        return
    arm = arm_of(run.arm)
    tables = [arm.relevant_settings(flat(each.row.settings)) for each in (known, run)]
    if names := differing(tables):
        both = [" and ".join(table.get(name, "none") for table in tables) for name in names]
        listed = ", ".join(f"{name} {values}" for name, values in zip(names, both, strict=True))
        raise ValueError(
            f"two grids ask for {run.name} with different settings ({listed}): write each grid "
            "into a file of its own, and give each file its own --out"
        )


def _runs(grid: Grid, env_id: str, algo: str) -> Iterator[Run]:
    base = _settings(grid, env_id, algo)
    for i, arm in itertools.product(range(grid.seeds), map(arm_of, grid.arms)):
        seeded = replace(base, seed=grid.first_seed + i)
        if arm.demonstrated or arm.source == "nothing":  # the same for every algorithm
            alone = fill_in(replace(seeded, algo="ppo", agent={}))
            for shown in grid.demonstrations if arm.demonstrated else (0,):
                yield Run(arm.name, shown, alone)
        elif arm.answered:
            taught = replace(seeded, **arm.teacher)  # type: ignore[arg-type]
            for labels in grid.labels or (None,):
                yield Run(arm.name, 0, fill_in(taught.with_changes(labels=labels or base.labels)))
        else:
            yield Run(arm.name, 0, _plain(fill_in(seeded)))


def _plain(settings: TrainSettings) -> TrainSettings:
    """Let episodes end as the environment says: agents of the true reward need nothing else."""
    return replace(settings, keep_termination=True, hold=None)


def _settings(grid: Grid, env_id: str, algo: str) -> TrainSettings:
    own = {"env_id": env_id, "algo": algo, "evaluation_episodes": grid.evaluation_episodes}
    if forbidden := sorted({*own, "seed", "teacher", "track"} & set(grid.settings)):
        raise ValueError(
            f"{', '.join(forbidden)} cannot be given in [settings]: the benchmark sets it"
        )
    settings = from_table(TrainSettings, {"device": "cpu", **grid.settings, **own})
    if given := grid.settings.get("reward_model"):
        settings = settings.with_changes(reward_model=reward_model_of(env_id, given))
    return settings


def _action_space(grid: Grid, env_id: str) -> gym.spaces.Space[Any]:
    env = _settings(grid, env_id, grid.algos[0]).maker.made()
    close(env)
    return env.action_space


def settings_table(settings: TrainSettings) -> dict[str, Any]:
    """Return all settings on which the result of a run depends, as a row holds them."""
    table = as_table(settings)
    del table["track"]
    return finite(table)  # type: ignore[no-any-return]
