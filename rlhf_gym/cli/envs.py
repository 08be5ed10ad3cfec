"""`rlhf-gym envs`: list the environments."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import gymnasium as gym
import tyro

from rlhf_gym.basics.closing import close
from rlhf_gym.basics.installation import absent_extras, install_extra
from rlhf_gym.basics.program import program
from rlhf_gym.basics.words import listed
from rlhf_gym.cli.parsing import OutFile
from rlhf_gym.cli.space_words import in_words
from rlhf_gym.envs import ATARI_IDS, RAM_IDS

__all__ = ["command"]


def command(
    only: tyro.conf.Positional[Annotated[str, tyro.conf.arg(metavar="[PART_OF_ID]")]] = "",
    *,
    all: bool = False,
    json: bool = False,
    gallery: OutFile | None = None,
) -> None:
    """List the environments with their spaces, time limit, goal, and measured presets.

    Any other installed Gymnasium environment can be used as well.

    Example: rlhf-gym envs rlhf/ --gallery environments.html

    Args:
        only: show only ids that contain this, such as CartPole.
        all: show every version instead of the newest one.
        json: print JSON.
        gallery: write an HTML page with a picture of each environment into this file; where the
            folder runs holds a trained agent's film, it shows the film.
    """
    ids = [env_id for env_id in _ids(all) if only.lower() in env_id.lower()]
    with _quiet_models():
        rows = [row for row in map(_describe, ids) if row is not None]
    others = _not_installed()
    if not rows:
        raise ValueError(
            f"no environment's id contains {only!r}; `{program()} envs` lists them all"
            f"{others and ', and '}{others}"
        )
    if gallery is not None:
        from rlhf_gym.reports.gallery import write_gallery

        with _quiet_models():
            write_gallery(rows, gallery, Path("runs"))
        print(f"{len(rows)} environments: {gallery}")
        return
    if json:
        print(json_module.dumps(rows, indent=2))
        return
    for row in rows:
        limit = row["time_limit"]
        steps = (
            f"time limit: {limit:,} steps"
            if limit
            else "time limit: its own max_steps, or else --horizon"
        )
        print(f"{row['id']}  ({steps})")
        print(f"    {row['goal']}")
        if row["probe"]:
            naive = row["naive_reward"]
            reward = f"a naive reward, {naive}" if naive else "no reward function"
            print(f"    {reward}; counted: {row['probe']}")
        print(f"    sees {row['sees']}; does {row['does']}")
        for algo, measured in row["presets"].items():
            print(f"    {algo}: {measured}")
    if others:
        print(others)


def _not_installed() -> str:
    """Say which extras have more environments, and how they are installed; "" if all are."""
    absent = absent_extras("atari", "box2d", "mujoco")
    if not absent:
        return ""
    return f"with {listed(absent)} there are more: {install_extra(','.join(absent))}"


@contextmanager
def _quiet_models() -> Iterator[None]:
    """Keep MuJoCo from telling, also in a file, what is outdated in Gymnasium's models."""
    try:
        import mujoco  # type: ignore[import-untyped]
    except ImportError:
        yield
        return
    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(lambda text: None)
    try:
        yield
    finally:
        mujoco.set_mju_user_warning(before)


def _ids(every_version: bool) -> list[str]:
    """Return our own ids first, then Atari's and Gymnasium's, without duplicates of these."""
    from rlhf_gym.presets import presets_of

    newest: dict[tuple[str | None, str], gym.envs.registration.EnvSpec] = {}
    chosen = []
    for spec in gym.registry.values():
        if spec.entry_point is None or spec.namespace in ("phys2d", "tabular"):
            continue
        if str(spec.entry_point).startswith("ale_py"):  # games that show the score; ours hide it
            continue
        twin = spec.id in RAM_IDS and not presets_of(spec.id)  # the same game as one with pictures
        if twin and not every_version:
            continue
        chosen.append(spec)
        known = newest.get((spec.namespace, spec.name))
        if known is None or (spec.version or 0) > (known.version or 0):
            newest[spec.namespace, spec.name] = spec
    specs = chosen if every_version else list(newest.values())
    return sorted(
        (spec.id for spec in specs),
        key=lambda id: (not id.startswith("rlhf/"), id in ATARI_IDS, id),
    )


def _describe(env_id: str) -> dict[str, Any] | None:
    """Describe one environment; None if it cannot be made here."""
    from rlhf_gym.envs.description import describe_env
    from rlhf_gym.presets import presets_of

    try:
        env = gym.make(env_id)
    except Exception:  # a package is missing, or others have registered what cannot be made
        return None
    description = describe_env(env)
    row = {
        "id": env_id,
        "observations": _short(env.observation_space),
        "actions": _short(env.action_space),
        "sees": in_words(env.observation_space, "state"),
        "does": in_words(env.action_space, "action"),
        "time_limit": description.time_limit,
        "draws": description.draws,
        "goal": description.goal.text,
        "tie_breaker": description.goal.tie_breaker,
        "probe": description.probe,
        "naive_reward": description.naive_reward,
        "presets": {algo: preset.measured for algo, preset in presets_of(env_id).items()},
    }
    close(env)
    return row


def _short(space: gym.Space[Any]) -> str:
    """Describe a space in a few characters.

    >>> _short(gym.spaces.Box(-1, 1, (2,))), _short(gym.spaces.Discrete(3))
    ('Box(2) float32', 'Discrete(3)')
    """
    if isinstance(space, gym.spaces.Box):
        return f"Box({', '.join(map(str, space.shape))}) {space.dtype}"
    return str(space)
