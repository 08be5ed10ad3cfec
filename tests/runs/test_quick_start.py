"""Nobody waits for torch's compiler, which compiles nothing here."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch

from rlhf_gym.runs.quick_start import without_compiler


def test_an_optimizer_is_made_without_the_compiler_and_torch_is_left_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    method: Any = torch.optim.Optimizer.add_param_group.__wrapped__  # type: ignore[attr-defined]
    monkeypatch.delattr(method, "__dynamo_disable", raising=False)
    monkeypatch.delitem(sys.modules, "torch._dynamo", raising=False)
    weights = torch.nn.Parameter(torch.zeros(2))
    with without_compiler():
        optimizer = torch.optim.Adam([weights], lr=0.5)
    assert optimizer.param_groups[0]["params"][0] is weights
    assert "torch._dynamo" not in sys.modules
    assert not hasattr(method, "__dynamo_disable")
