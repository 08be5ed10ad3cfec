"""Suite: the environments, algorithms, arms and seeds of a benchmark, read from TOML."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from rlhf_gym.basics.checks import Limits, Seed, check_fields
from rlhf_gym.basics.words import near
from rlhf_gym.presets.feedback_settings import Labels
from rlhf_gym.results.arms import arm_named
from rlhf_gym.runs.settings import Episodes, TrainSettings
from rlhf_gym.runs.tables import check_names, check_table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Grid", "Suite", "named_suites", "read_suite"]


@dataclass(frozen=True)
class Grid:
    """Every environment with every algorithm, arm, number of labels and seed.

    Attributes:
        environments: Gymnasium ids.
        algos: names of algorithms; pairs that do not fit are left out.
        arms: names of what the agents learn from; see `rlhf_gym.results.arms`.
        labels: numbers of labels; by default the preset's.
        demonstrations: numbers of episodes that the arms with demonstrations see.
        seeds: number of seeds.
        first_seed: the first seed.
        evaluation_episodes: episodes of the final evaluation on the untouched environment.
        settings: settings of every run that replace the preset's, by names of `TrainSettings`.
    """

    environments: tuple[str, ...]
    algos: tuple[str, ...] = ("ppo",)
    arms: tuple[str, ...] = ("random", "true", "learned", "shuffled")
    labels: tuple[Labels, ...] = ()
    demonstrations: tuple[Episodes, ...] = (10,)
    seeds: Annotated[int, Limits(at_least=1, at_most=10_000)] = 5
    first_seed: Seed = 0
    evaluation_episodes: Episodes = 50
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the values, and give arms their current names.

        Raises:
            ValueError: something is empty, out of its range, or unknown.
        """
        check_fields(self)
        for name in ("environments", "algos", "arms"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty: name at least one")
        object.__setattr__(self, "arms", tuple(arm_named(name).name for name in self.arms))
        check_table(TrainSettings, self.settings, "settings.")


@dataclass(frozen=True)
class Suite:
    """A named list of grids.

    Attributes:
        name: its name.
        grids: its grids.
        text: the TOML that it was read from.
    """

    name: str
    grids: tuple[Grid, ...]
    text: str = ""


def named_suites() -> dict[str, str]:
    """Return the suites that come with the package, as TOML by name."""
    folder = resources.files("rlhf_gym.benchmark") / "suites"
    found = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return {
        entry.name.removesuffix(".toml"): entry.read_text()
        for entry in found
        if entry.name.endswith(".toml")
    }


def read_suite(name: str) -> Suite:
    """Read a suite by its name, or from a TOML file.

    The file has the names of a `Grid`. Several ``[[grid]]`` tables make several grids; values above
    them apply to all.

    Raises:
        ValueError: there is no such suite or file, or it cannot be understood.

    >>> [grid.environments for grid in read_suite("quick").grids]
    [('CartPole-v1', 'Pendulum-v1')]
    """
    known = named_suites()
    if name in known:
        return suite_of(known[name], name)
    path = Path(name)
    if path.suffix == ".toml" or path.exists():
        if path.is_dir():
            raise ValueError(f"{name} is a folder: give a TOML file, or one of {', '.join(known)}")
        if not path.is_file():
            raise ValueError(f"there is no file {name}")
        try:
            return suite_of(path.read_text(), path.stem)
        except UnicodeDecodeError as error:
            raise ValueError(f"{name} is not text: give a suite in TOML ({error})") from error
    raise ValueError(
        f"there is no suite {name!r}{near(name, known)}; there are {', '.join(known)}, and any "
        "TOML file"
    )


def suite_of(text: str, name: str) -> Suite:
    """Read the suite that a text in TOML describes.

    Raises:
        ValueError: it cannot be understood.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the suite {name} is not valid TOML: {error}") from error
    try:
        _check_place(table)
        check_names(table, [*get_type_hints(Grid), "grid"])
        grids = table.pop("grid", [{}])
        if not (
            isinstance(grids, list) and grids and all(isinstance(each, dict) for each in grids)
        ):
            raise ValueError(
                f"write [[grid]], with two brackets, above each grid; grid is {grids!r} instead"
            )
        return Suite(name, tuple(_grid({**table, **each}) for each in grids), text)
    except ValueError as error:
        raise ValueError(f"the suite {name}: {error}") from error


def _check_place(table: dict[str, Any]) -> None:
    """Refuse settings of the runs among those of the grid."""
    of_runs = set(get_type_hints(TrainSettings)) - set(get_type_hints(Grid)) - {"env_id", "algo"}
    misplaced = [name for name in table if name in of_runs]
    if misplaced:
        raise ValueError(
            f"{' and '.join(misplaced)}: settings of the runs belong below a line [settings], "
            "which comes after everything else"
        )


def _grid(table: dict[str, Any]) -> Grid:
    check_table(Grid, table)
    if "environments" not in table:
        raise ValueError('it names no environments = ["CartPole-v1", ...]')
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Grid(**values)
