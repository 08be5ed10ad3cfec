"""The entry point: find the command, parse its options, and turn errors into advice."""

from __future__ import annotations

import difflib
import errno
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from rlhf_gym.basics.faults import first_line, is_advice
from rlhf_gym.basics.interrupts import stops_interrupt
from rlhf_gym.basics.program import program
from rlhf_gym.basics.quick_imports import quick_imports

__all__ = ["main"]

DONE, FAILED, WRONG_USAGE = 0, 1, 2

COMMANDS = {
    "demo": "watch an agent learn from comparisons, without a person or a display",
    "train": "train an agent on what a person (or a formula) prefers",
    "runs": "list runs with their state, labels and return",
    "label": "answer a run's queries in the window",
    "evaluate": "measure the trained agent on the untouched environment",
    "watch": "watch the agent act, with the learned reward",
    "report": "write an HTML report about a run",
    "compare": "compare runs side by side in an HTML file",
    "benchmark": "compare algorithms and ways to learn from people, over several seeds",
    "play": "play an environment with the keyboard",
    "envs": "list the environments",
    "doctor": "find out what is wrong with an installation",
}

EXAMPLES = {
    "demo": "a minute, ends in a report",
    "train CartPole-v1 --teacher window": "you label while the agent trains",
}

HELP = """\
rlhf-gym: teach agents by comparing clips

usage: {program} COMMAND [options]      {program} COMMAND --help shows them

{commands}

start here:
{examples}

--debug (or RLHF_GYM_DEBUG=1) shows the traceback of an error; --version the version."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the arguments after the program's name; by default those of the process.

    Returns:
        0 if the command is done, 1 if it failed, 2 if it was used wrongly.
    """
    # The networks are small: more threads would only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
    program()  # from here on the same, also in other processes
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given or os.environ.get("RLHF_GYM_DEBUG", "0") not in ("", "0")
    given = [argument for argument in given if argument != "--debug"]
    if not given or given[0] in ("-h", "--help", "help"):
        print(_help(), file=sys.stdout if given else sys.stderr)
        return DONE if given else WRONG_USAGE
    if given[0] in ("--version", "version"):
        from rlhf_gym import __version__

        print(f"rlhf-gym {__version__}")
        return DONE
    name, *rest = given
    if name not in COMMANDS:
        nearest = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = (
            f"did you mean `{program()} {nearest[0]}`?" if nearest else f"`{program()}` lists them"
        )
        print(f"rlhf-gym: there is no command {name!r}; {hint}", file=sys.stderr)
        return WRONG_USAGE
    return _run(name, rest, debug)


def _help() -> str:
    """Return the list of commands, and what to start with."""
    examples = {f"{program()} {words}": text for words, text in EXAMPLES.items()}
    return HELP.format(commands=_list(COMMANDS), examples=_list(examples), program=program())


def _list(meanings: Mapping[str, str]) -> str:
    width = max(map(len, meanings))
    return "\n".join(f"  {name:<{width}}  {meaning}" for name, meaning in meanings.items())


def _run(name: str, arguments: list[str], debug: bool) -> int:
    """Run a command; a user's mistake is reported in one line, a bug with its traceback."""
    try:
        with quick_imports():
            from rlhf_gym.cli.parsing import call

            command = import_module(f"rlhf_gym.cli.{name}").command
        with stops_interrupt(), _warnings_in_a_line(debug):
            code = call(command, name, arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # tyro: 0 after --help, 2 after wrong flags
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    except KeyboardInterrupt:
        print("\nrlhf-gym: stopped", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # `rlhf-gym envs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if debug or not (isinstance(error, OSError) or is_advice(error)):
            traceback.print_exc()
        else:
            print(f"rlhf-gym: {error}{_remedy(error)}", file=sys.stderr)
        return FAILED
    return DONE if code is None else int(code)


@contextmanager
def _warnings_in_a_line(debug: bool) -> Iterator[None]:
    """Show warnings as sentences, without the file and the source that gave them."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        print(f"! {message}", file=sys.stderr, flush=True)

    with warnings.catch_warnings():
        if not debug:
            warnings.showwarning = show
        yield


def _remedy(error: Exception) -> str:
    """Return what the message of an error does not say: what to do, or how to see all of it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            ": free some space and go on; nothing that was finished is lost "
            f"(`{program()} train --resume RUN`, or the same `{program()} benchmark` again)"
        )
    cause = error.__cause__
    if cause is not None and "\n" in str(cause).strip() and first_line(cause) in str(error):
        return " (--debug shows all of its message)"
    return ""


if __name__ == "__main__":
    sys.exit(main())
