"""Ask before code of a run folder is run that this account did not write on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore
from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.feedback.seals import (
    ENVIRONMENT,
    SETTINGS,
    is_sealed,
    is_sealed_file,
    seal,
    seal_file,
    words_of,
)
from rlhf_gym.training.checkpoint_files import places_of

__all__ = ["draws_safely", "require_trust"]


def require_trust(run: RunFolder, given: bool) -> None:
    """Return if the agent, the settings and the environment of a run may be loaded.

    They may if this account wrote them on this machine, or if the person says so, which is noted in
    the folder.

    Args:
        run: the run folder.
        given: whether the person has said so on the command line.

    Raises:
        ValueError: neither; or the settings are no TOML.
        StoreError: the store cannot be used, or is about another environment than the settings.
    """
    settings = run.settings_table()
    if not given and _written_here(run):
        return
    if not given and run.store.exists() and "env_id" in settings:
        env_id = str(settings["env_id"]).rpartition(":")[2]
        with FeedbackStore.open(run.store) as store:
            store.check_environment(EnvironmentRecord(env_id))
    if not given and not _says_yes(run):
        raise ValueError(
            f"{run.path} was not written by this account on this machine, or was changed since: "
            "its agent and its settings can run any code. If you trust whoever made it, add --trust"
        )
    seal(run.path, SETTINGS, words_of(settings))
    for path in _agents(run):
        seal_file(run.path, path)
    if run.store.exists():
        seal(run.path, ENVIRONMENT, _environment(run))


def draws_safely(run: RunFolder, given: bool = False) -> bool:
    """Return whether clips may be drawn, for which the environment of the store is made."""
    return given or is_sealed(run.path, ENVIRONMENT, _environment(run))


def _written_here(run: RunFolder) -> bool:
    settings = run.settings_table()
    return (
        (not settings or is_sealed(run.path, SETTINGS, words_of(settings)))
        and all(is_sealed_file(run.path, path) for path in _agents(run))
        and (not run.store.exists() or draws_safely(run))
    )


def _agents(run: RunFolder) -> list[Path]:
    agents = [place / "agent.zip" for place in places_of(run.checkpoint)]
    return [path for path in agents if path.exists()]


def _environment(run: RunFolder) -> bytes:
    with FeedbackStore.open(run.store) as store:
        return store.environment.spec_json.encode()


def _says_yes(run: RunFolder) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(
        f"{run.path} was not written by this account on this machine, or was changed since. Its "
        "agent and its settings can run any code.\nDo you trust whoever made it? [y/N] ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    return sys.stdin.readline().strip().lower() in ("y", "yes")
