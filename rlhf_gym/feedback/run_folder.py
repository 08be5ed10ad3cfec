"""RunFolder: the files of a run, by name."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlhf_gym.basics.durable import (
    append_line,
    held,
    is_unfinished,
    json_lines,
    remove_unfinished,
    write_text,
)
from rlhf_gym.basics.program import program
from rlhf_gym.feedback.seals import SEALS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["RunFolder"]


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run; knows the names of its files.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def new(cls, env_id: str, algo: str = "", parent: str | Path = "runs") -> RunFolder:
        """Name a folder that is not in use: ``runs/ENV-ALGO-DATE``."""
        parts = (env_id, algo, time.strftime("%Y%m%d-%H%M%S"))
        name = "-".join(filter(None, (re.sub("[/:]", "-", part) for part in parts)))
        path = Path(parent) / name
        return cls(path) if not path.exists() else cls(path.with_name(f"{name}-{os.getpid()}"))

    @classmethod
    def open(cls, path: str | Path, env_id: str | None = None) -> RunFolder:
        """Open the folder of an existing run.

        Args:
            path: the folder.
            env_id: the environment that the run must be about; by default any.

        Raises:
            ValueError: there is no such folder, it holds no run, or one of another environment, or
                something in it is a link to outside of it.
        """
        run = cls(Path(path))
        if run.path.is_file():
            raise ValueError(f"{path} is a file: give the folder of a run, {run.path.parent}")
        if not run.path.is_dir():
            raise ValueError(
                f"there is no run folder {path}; `{program()} runs` lists those there are"
            )
        if not (run.config.exists() or run.store.exists()):
            raise ValueError(
                f"{path} holds no run (neither {run.config.name} nor {run.store.name}); give the "
                f"folder that `{program()} train` named when it started"
            )
        run.check_links()
        trained = run.settings_table().get("env_id") if env_id is not None else None
        if trained is not None and trained != env_id:
            raise ValueError(
                f"the run in {path} is about {trained}, but {env_id} was asked for; give the "
                "folder of a run of that environment, or a new one"
            )
        return run

    def check_links(self) -> None:
        """Refuse a folder from which files outside of it would be read or written.

        Raises:
            ValueError: a file or folder of the run is a link to outside of the run folder.
        """
        read = [self.clips, self.videos, *self.path.glob(f"{self.checkpoint.name}*")]
        for folder in [self.path, *read]:
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.is_symlink() and not self._holds(path):
                    raise ValueError(
                        f"{path} is a link to {path.resolve()}, outside of the run folder, which "
                        "is neither read nor written: put the file itself into the folder, or "
                        "remove the link"
                    )

    def inside(self, path: str) -> Path:
        """Return the file of a path that the store gives, relative to the run folder.

        Raises:
            ValueError: it lies outside of the run folder.
        """
        if not self._holds(self.path / path):
            raise ValueError(f"{path} is outside of the run folder {self.path}: it is not read")
        return self.path / path

    def _holds(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.path.resolve())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the run, so that no other process trains on it meanwhile.

        Raises:
            ValueError: another process trains on it.
        """
        refusal = (
            f"another process trains on {self.path}; wait until it is done, or stop it with "
            f"Ctrl-C, and then go on with `{program()} train --resume`"
        )
        with held(self.lock, refusal):
            for folder in (self.path, self.clips, self.videos):
                remove_unfinished(folder)
            self.tell("")
            yield

    @property
    def lock(self) -> Path:
        """Locked while a process trains on the run."""
        return self.path / "training.lock"

    @property
    def is_held(self) -> bool:
        """Whether a process trains on the run."""
        lock = self.path / "training.lock"
        if not lock.exists():
            return False
        try:
            with held(lock, ""):
                return False
        except ValueError:
            return True
        except OSError:  # a folder that may only be read
            return False

    @property
    def config(self) -> Path:
        """The settings."""
        return self.path / "config.toml"

    @property
    def command(self) -> Path:
        """The commands that started and resumed the run, one per line."""
        return self.path / "command.txt"

    @property
    def versions(self) -> Path:
        """Versions of Python, the system and the packages."""
        return self.path / "versions.json"

    @property
    def store(self) -> Path:
        """Queries and judgements."""
        return self.path / "feedback.db"

    @property
    def no_more_answers(self) -> Path:
        """A file that is there while the person wants training to go on without their answers."""
        return self.path / "no_more_answers"

    @property
    def doing(self) -> Path:
        """What the trainer does, for the window, while that takes longer than a moment."""
        return self.path / "doing.txt"

    def tell(self, words: str) -> None:
        """Let the window show what the trainer does; ``""`` for nothing that takes long."""
        with suppress(OSError):
            if words:
                write_text(self.doing, words)
            else:
                self.doing.unlink(missing_ok=True)

    def told(self) -> str:
        """Return what was told last."""
        try:
            return self.doing.read_text()
        except OSError:
            return ""

    @property
    def clips(self) -> Path:
        """The folder of the drawn clips."""
        return self.path / "clips"

    @property
    def videos(self) -> Path:
        """The folder of videos of the agent, before and after."""
        return self.path / "videos"

    @property
    def checkpoint(self) -> Path:
        """The folder of the last checkpoint."""
        return self.path / "checkpoint"

    def next_progress(self) -> Path:
        """Name the log file of a training that begins now; earlier ones are kept."""
        taken = len(list(self.path.glob("progress*.csv")))
        return self.path / ("progress.csv" if not taken else f"progress.{taken + 1}.csv")

    @property
    def rounds(self) -> Path:
        """One line of JSON per round."""
        return self.path / "rounds.jsonl"

    @property
    def evaluation(self) -> Path:
        """True returns of the trained agent."""
        return self.path / "evaluation.json"

    @property
    def outcome(self) -> Path:
        """What came of the training, for the window."""
        return self.path / "outcome.json"

    @property
    def wandb_id(self) -> Path:
        """The id of the run at Weights & Biases."""
        return self.path / "wandb_id.txt"

    @property
    def report(self) -> Path:
        """The report."""
        return self.path / "report.html"

    @property
    def log(self) -> Path:
        """Messages of the processes of the run."""
        return self.path / "log.txt"

    def create(self) -> None:
        """Make the folder, or take one in which a run was killed before anything was asked.

        Raises:
            FileExistsError: if there are other files in it.
        """
        if self.path.exists() and (not self.path.is_dir() or any(map(self._keeps, self._files()))):
            raise FileExistsError(
                f"{self.path} holds files already; resume it (--resume {self.path}) or give "
                "another folder"
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(
                f"the folder {self.path} cannot be made: {error.strerror}; give another with --run"
            ) from error

    def undo_create(self) -> None:
        """Remove the folder again, if nothing was asked and no file of another kind is in it."""
        files = self._files()
        if not any(map(self._keeps, files)):
            with suppress(OSError):
                for path in files:
                    path.unlink()
                self.path.rmdir()

    def _files(self) -> list[Path]:
        return [*self.path.iterdir()] if self.path.is_dir() else []

    def _keeps(self, path: Path) -> bool:
        """Return whether a file may be there only if a run has begun, or somebody put it there."""
        seals = self.path / SEALS
        first = (self.config, self.command, self.versions, self.lock, self.doing, seals)
        return path not in first and not is_unfinished(path)

    def settings_table(self) -> dict[str, Any]:
        """Read the settings as plain data; empty where there are none.

        Raises:
            ValueError: the file is not TOML.
        """
        if not self.config.exists():
            return {}
        try:
            return tomllib.loads(self.config.read_text())
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{self.config} is not valid TOML: {error}; fix that line") from error

    def append_round(self, values: dict[str, Any]) -> None:
        """Append one line to `rounds`; it is on the disk when this returns."""
        append_line(self.rounds, json.dumps(values))

    def read_rounds(self) -> list[dict[str, Any]]:
        """The lines of `rounds`; one that was left half-written is skipped."""
        return json_lines(self.rounds.read_text()) if self.rounds.exists() else []
