"""``python -m rlhf_gym.window RUN`` opens the window on a run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from rlhf_gym.basics.display import NoDisplay, WrongPygame
from rlhf_gym.basics.processes import when_parent_dies
from rlhf_gym.basics.quick_imports import quick_imports
from rlhf_gym.feedback import StoreError
from rlhf_gym.feedback.run_folder import RunFolder

GOODBYE_SECONDS = 60.0
"""Seconds for which the window says that its trainer has died, before it closes."""


def main(arguments: list[str]) -> int:
    """Open the window; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m rlhf_gym.window",
        description="Answer the queries of a run: which of two clips shows better behaviour?",
    )
    parser.add_argument("run", type=Path, help="the run folder")
    parser.add_argument("--annotator", help="your name in the store (default: your account's)")
    practice = parser.add_mutually_exclusive_group()
    practice.add_argument("--practice", action="store_true", help="begin with practice again")
    practice.add_argument("--no-practice", action="store_true", help="leave practice out")
    parser.add_argument("--ends-training", action="store_true", help="as the trainer's own window")
    parser.add_argument("--draws", action="store_true", help="pairs are drawn without a trainer")
    parser.add_argument("--blind", action="store_true", help="hide true return and accuracy")
    parser.add_argument(
        "--review", metavar="QUERIES", help="go through the given answers again, these first"
    )
    parser.add_argument("--size", default="1280x800", help="of the window, such as 1280x800")
    parser.add_argument("--timing", type=Path, help="write frame times to this JSON file")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--environment", default="", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        width, height = (int(number) for number in options.size.split("x"))
    except ValueError:
        parser.error(f"--size must look like 1280x800, but is {options.size!r}")
    with quick_imports():
        from rlhf_gym.window.app import run_window

    if options.parent is not None:
        if options.ends_training:
            close, after = partial(_close_unless_done, options.run), GOODBYE_SECONDS
        else:  # it shows nothing that its command would not open again
            close, after = partial(os.kill, os.getpid(), signal.SIGTERM), 0.0
        when_parent_dies(options.parent, close, after=after)

    try:
        run_window(
            options.run,
            options.annotator,
            with_practice=True if options.practice else False if options.no_practice else None,
            ends_training=options.ends_training,
            draws=options.draws,
            blind=options.blind,
            review=_numbers(options.review),
            size=(width, height),
            timing_file=options.timing,
            trainer=options.parent if options.environment else None,  # else the store is there
            environment=options.environment,
        )
    except (StoreError, NoDisplay, WrongPygame) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _numbers(text: str | None) -> list[int] | None:
    """Read numbers that are separated by commas; None where there is no text at all."""
    return None if text is None else [int(part) for part in text.split(",") if part]


def _close_unless_done(run: Path) -> None:
    """Close the window, unless it shows what came of a training that is done."""
    from rlhf_gym.feedback import FeedbackStore

    with suppress(StoreError), FeedbackStore.open(RunFolder(run).store) as store:
        progress = store.progress()
        if progress is not None and progress.state == "done":
            return
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
