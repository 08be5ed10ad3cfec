"""Seals: which files of a run folder this account wrote on this machine, so that they may run code.

An agent, settings and the specification of an environment can run any code when they are loaded.
What is written here is sealed with a secret key of the account (an HMAC of its content), which a
folder from elsewhere, or one that was changed since, does not have.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from rlhf_gym.basics.durable import sha256_of, unfinished_name, write_text
from rlhf_gym.basics.state_folder import state_folder

__all__ = [
    "ENVIRONMENT",
    "SEALS",
    "SETTINGS",
    "is_sealed",
    "is_sealed_file",
    "seal",
    "seal_file",
    "words_of",
]

SETTINGS = "settings"
"""Name by which the settings are sealed, as `words_of` gives them."""
SEALS = "seals.json"
"""The file in a run folder."""
ENVIRONMENT = "environment"
"""Name by which the JSON of the specification of the environment is sealed."""
KEPT = 4
"""Newest seals that are kept of each name: of the checkpoints, and of one that is being written."""


def seal(run: Path, name: str, content: bytes) -> None:
    """Note in a run folder that this account has written ``content``, by the name ``name``.

    Where the account has no place for a key, nothing is noted.
    """
    key = _key()
    if key is None:
        return
    seals, new = _read(run), _sign(key, name, content)
    seals[name] = [*(each for each in seals.get(name, []) if each != new), new][-KEPT:]
    write_text(run / SEALS, json.dumps(seals, indent=1))


def is_sealed(run: Path, name: str, content: bytes) -> bool:
    """Return whether this account has written ``content`` by that name, in this or a copied run."""
    key = _key()
    if key is None:
        return False
    signed = _sign(key, name, content)
    return any(hmac.compare_digest(signed, known) for known in _read(run).get(name, []))


def seal_file(run: Path, path: Path) -> None:
    """Seal the content of a file by its name."""
    seal(run, path.name, sha256_of(path).encode())


def is_sealed_file(run: Path, path: Path) -> bool:
    """Return whether this account has written the content of a file."""
    return is_sealed(run, path.name, sha256_of(path).encode())


def words_of(settings: Any) -> bytes:
    """Return all but the numbers of a table of settings: names of modules are among it.

    >>> words_of({"env_id": "CartPole-v1", "steps": 10, "agent": {"batch_size": 5}})
    b'{"env_id": "CartPole-v1", "agent": {}}'
    """
    return json.dumps(_words(settings), default=str).encode()


def _words(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _words(v) for k, v in value.items() if not isinstance(v, (int, float))}
    if isinstance(value, list):
        return [_words(each) for each in value if not isinstance(each, (int, float))]
    return value


def _sign(key: bytes, name: str, content: bytes) -> str:
    return hmac.new(key, name.encode() + b"\0" + content, hashlib.sha256).hexdigest()


def _read(run: Path) -> dict[str, list[str]]:
    try:
        seals = json.loads((run / SEALS).read_text(encoding="utf-8"))
        return {str(name): [str(each) for each in given] for name, given in seals.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _key() -> bytes | None:
    """Return the key of this account, which is made at first; None where it cannot be kept."""
    try:
        path = state_folder() / "key"
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None
    return key if len(key) == 32 else None


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = unfinished_name(path)
    try:
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(unfinished, path)  # of several processes, the first makes the key
    finally:
        unfinished.unlink(missing_ok=True)
