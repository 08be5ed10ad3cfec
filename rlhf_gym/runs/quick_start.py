"""Make agents and reward models without torch's compiler, whose import takes a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from torch.optim import Optimizer

__all__ = ["import_compiler", "without_compiler"]

_COMPILER = "torch._dynamo"
_ANSWER = "__dynamo_disable"
"""The attribute in which torch keeps how a function is called that its compiler leaves alone."""


@contextmanager
def without_compiler() -> Iterator[None]:
    """Let optimizers be made without importing torch's compiler.

    An optimizer asks the compiler to leave a method alone, for which torch imports it, even where
    nothing is compiled. The first update of an agent or a reward model does so then, or
    `import_compiler` before it.
    """
    method: Any = getattr(Optimizer.add_param_group, "__wrapped__", None)
    if method is None or _COMPILER in sys.modules or hasattr(method, _ANSWER):
        yield
        return
    setattr(method, _ANSWER, method)
    try:
        yield
    finally:
        delattr(method, _ANSWER)


def import_compiler() -> None:
    """Import torch's compiler, so that no update waits for it."""
    import_module(_COMPILER)
