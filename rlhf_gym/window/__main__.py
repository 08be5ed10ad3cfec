"""``python -m rlhf_gym.window RUN`` opens the window on a run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rlhf_gym.clips.display import NoDisplay, WrongPygame
from rlhf_gym.feedback import StoreError


def main(arguments: list[str]) -> int:
    """Open the window; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m rlhf_gym.window",
        description="Answer the queries of a run: which of two clips shows better behaviour?",
    )
    parser.add_argument("run", type=Path, help="the run folder")
    parser.add_argument("--annotator", help="your name in the store (default: your account's)")
    parser.add_argument("--no-practice", action="store_true", help="leave out the practice pairs")
    parser.add_argument("--size", default="1280x800", help="of the window, such as 1280x800")
    parser.add_argument("--timing", type=Path, help="write frame times to this JSON file")
    options = parser.parse_args(arguments)
    try:
        width, height = (int(number) for number in options.size.split("x"))
    except ValueError:
        parser.error(f"--size must look like 1280x800, but is {options.size!r}")
    from rlhf_gym.window.app import run_window

    try:
        run_window(
            options.run,
            options.annotator,
            with_practice=not options.no_practice,
            size=(width, height),
            timing_file=options.timing,
        )
    except (StoreError, NoDisplay, WrongPygame) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
