"""Read the docstrings of a dataclass's fields, to use them as help texts."""

from __future__ import annotations

import ast
import inspect
from dataclasses import is_dataclass
from itertools import pairwise

__all__ = ["field_docstrings"]


def field_docstrings(kind: type) -> dict[str, str]:
    """Return the docstring of each field of a dataclass that has one, without line breaks.

    >>> from rlhf_gym.reward_model.settings import RewardModelSettings
    >>> field_docstrings(RewardModelSettings)["members"]
    'Networks in the ensemble.'
    """
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if is_dataclass(each):
            found |= _own_docstrings(each)
    return found


def _own_docstrings(kind: type) -> dict[str, str]:
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id: " ".join(below.value.value.split())
        for field, below in pairwise(tree.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }
