"""Ask before code of a run folder is run that this account did not write on this machine."""

from __future__ import annotations

import sys

from rlhf_gym.feedback.run_folder import RunFolder
from rlhf_gym.training import trust

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
    trust.require_trust(run, given, remedy="add --trust", asks=_says_yes)


def draws_safely(run: RunFolder, given: bool = False) -> bool:
    """Return whether clips may be drawn, for which the environment of the store is made."""
    return given or trust.environment_is_own(run)


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
