"""Whose a run folder is: what this account did not write on this machine is not loaded unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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

__all__ = [
    "agent_is_own",
    "environment_is_own",
    "require_trust",
    "strange",
    "trust_run",
]


def _run_is_own(run: RunFolder) -> bool:
    """Return whether this account wrote agent, settings and environment, on this machine."""
    settings = run.settings_table()
    return (not settings or is_sealed(run.path, SETTINGS, words_of(settings))) and agent_is_own(run)


def agent_is_own(run: RunFolder) -> bool:
    """Return whether this account wrote agent and environment, on this machine."""
    own = all(is_sealed_file(run.path, path) for path in _agents(run))
    return own and (not run.store.exists() or environment_is_own(run))


def environment_is_own(run: RunFolder) -> bool:
    """Return whether this account wrote the environment of the store, on this machine."""
    return is_sealed(run.path, ENVIRONMENT, _environment(run))


def require_trust(
    run: RunFolder,
    trust: bool,
    *,
    remedy: str = "pass trust=True",
    asks: Callable[[RunFolder], bool] = lambda run: False,
) -> None:
    """Return if a run is this account's own, or is trusted, which is noted in the folder.

    Args:
        run: the run folder.
        trust: whether whoever made it is trusted.
        remedy: what to do if they are, for the error.
        asks: finds out whether they are trusted, where ``trust`` does not say so.

    Raises:
        ValueError: neither; or the settings are no TOML.
        StoreError: the store cannot be used, or is about another environment than the settings.
    """
    if not trust and _run_is_own(run):
        return
    if not trust:
        _check_one_environment(run)
        if not asks(run):
            raise ValueError(strange(run, remedy))
    trust_run(run)


def _check_one_environment(run: RunFolder) -> None:
    """Check that the store is about the environment of the settings, where there are both.

    Raises:
        StoreError: it is about another one, or cannot be used.
    """
    from rlhf_gym.feedback import EnvironmentRecord, FeedbackStore  # the window opens before that

    settings = run.settings_table()
    if run.store.exists() and "env_id" in settings:
        env_id = str(settings["env_id"]).rpartition(":")[2]
        with FeedbackStore.open(run.store) as store:
            store.check_environment(EnvironmentRecord(env_id))


def trust_run(run: RunFolder) -> None:
    """Note in the folder that all it holds now may be loaded."""
    seal(run.path, SETTINGS, words_of(run.settings_table()))
    for path in _agents(run):
        seal_file(run.path, path)
    if run.store.exists():
        seal(run.path, ENVIRONMENT, _environment(run))


def strange(run: RunFolder, remedy: str) -> str:
    """Return why a run is not loaded; ``remedy`` says what to do if its maker is trusted."""
    return (
        f"{run.path} was not written by this account on this machine, or was changed since: "
        f"its agent and its settings can run any code. If you trust whoever made it, {remedy}"
    )


def _agents(run: RunFolder) -> list[Path]:
    agents = [place / "agent.zip" for place in places_of(run.checkpoint)]
    return [path for path in agents if path.exists()]


def _environment(run: RunFolder) -> bytes:
    from rlhf_gym.feedback import FeedbackStore

    with FeedbackStore.open(run.store) as store:
        return store.environment.spec_json.encode()
