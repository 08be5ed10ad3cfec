"""Suite: which environments, algorithms, arms and seeds a benchmark runs; read from TOML."""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

from rlhf_gym.benchmark.arms import ARMS

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
        arms: what the agents learn from, see `ARMS`.
        labels: numbers of answers; empty: the preset's.
        demonstrations: numbers of episodes that the arms of `DEMONSTRATED` see.
        seeds: how many.
        first_seed: the first of them.
        evaluation_episodes: of the final evaluation on the untouched environment.
        settings: of every run, instead of the preset's: names of `TrainSettings`.
    """

    environments: tuple[str, ...]
    algos: tuple[str, ...] = ("ppo",)
    arms: tuple[str, ...] = ("random", "true", "learned", "shuffled")
    labels: tuple[int, ...] = ()
    demonstrations: tuple[int, ...] = (10,)
    seeds: int = 5
    first_seed: int = 0
    evaluation_episodes: int = 50
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no run can be made of.

        Raises:
            ValueError: something is empty, out of its range, or unknown.
        """
        for name in ("environments", "algos", "arms"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty: name at least one")
        for name in ("seeds", "evaluation_episodes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, but is {getattr(self, name)}")
        for name in ("labels", "demonstrations"):
            if any(number < 1 for number in getattr(self, name)):
                raise ValueError(f"{name} must be at least 1 each, but are {getattr(self, name)}")
        for arm in self.arms:
            if arm not in ARMS:
                raise ValueError(f"there is no arm {arm!r}{_near(arm, ARMS)}")


@dataclass(frozen=True)
class Suite:
    """A named list of grids.

    Attributes:
        name: what it is called.
        grids: what it runs.
        text: the TOML that it was read from.
    """

    name: str
    grids: tuple[Grid, ...]
    text: str = ""


def named_suites() -> dict[str, str]:
    """The suites that come with the package, as TOML by name."""
    folder = resources.files("rlhf_gym.benchmark") / "suites"
    found = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return {
        entry.name.removesuffix(".toml"): entry.read_text()
        for entry in found
        if entry.name.endswith(".toml")
    }


def read_suite(name: str) -> Suite:
    """A suite by its name, or from a TOML file.

    The file names what a `Grid` has. Several ``[[grid]]`` tables make several grids; what stands
    above them holds for all.

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
        if not path.is_file():
            raise ValueError(f"there is no file {name}")
        return suite_of(path.read_text(), path.stem)
    raise ValueError(
        f"there is no suite {name!r}{_near(name, known)}; there are {', '.join(known)}, and any "
        "TOML file"
    )


def suite_of(text: str, name: str) -> Suite:
    """The suite that a text in TOML describes.

    Raises:
        ValueError: it cannot be understood.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the suite {name} is not valid TOML: {error}") from error
    grids = table.pop("grid", [{}])
    if not (isinstance(grids, list) and all(isinstance(grid, dict) for grid in grids)):
        raise ValueError(f"the suite {name}: write [[grid]], with two brackets, above each grid")
    return Suite(name, tuple(_grid({**table, **grid}, name) for grid in grids), text)


def _grid(table: dict[str, Any], name: str) -> Grid:
    kinds = {entry.name: entry.type for entry in fields(Grid)}
    for key, value in table.items():
        if key not in kinds:
            raise ValueError(
                f"the suite {name} has an unknown key {key!r}{_near(key, kinds)}; it may have "
                f"{', '.join(kinds)}, and [[grid]] tables with the same keys"
            )
        expected = str(kinds[key]).partition("[")[0]
        given = {list: "tuple", int: "int", dict: "dict"}.get(type(value))
        items = expected == "tuple" and given == "tuple"
        item = int if "int" in str(kinds[key]) else str
        if given != expected or (items and any(type(part) is not item for part in value)):
            wanted = f"a list, such as [{'5, 10' if item is int else 'one, two'}]"
            wanted = {"int": "a whole number", "dict": "a table"}.get(expected, wanted)
            raise ValueError(f"the suite {name}: {key} must be {wanted}, but is {value!r}")
    if "environments" not in table:
        raise ValueError(f'the suite {name} names no environments = ["CartPole-v1", ...]')
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    try:
        return Grid(**values)
    except ValueError as error:
        raise ValueError(f"the suite {name}: {error}") from error


def _near(name: str, known: Any) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=2, cutoff=0.5)
    return f" (did you mean {' or '.join(nearest)}?)" if nearest else ""
