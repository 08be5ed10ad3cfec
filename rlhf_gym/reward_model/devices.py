"""The devices of PyTorch, by name."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from rlhf_gym.basics.program import program

__all__ = ["Device"]

_DEVICE = re.compile(r"auto|cpu|(cuda|mps|xpu)(:\d+)?")


class _Usable:
    """A device that PyTorch can use here."""

    def refusal(self, device: str) -> str | None:
        """Say what the device must be; PyTorch is not imported for ``auto`` and ``cpu``."""
        if not _DEVICE.fullmatch(device):
            return "auto, cpu, cuda, or another of PyTorch's such as cuda:1 or mps"
        if device in ("auto", "cpu"):
            return None
        import torch

        if device.startswith("cuda") and not torch.cuda.is_available():
            return f"auto or cpu, since PyTorch finds no GPU (`{program()} doctor` says why)"
        try:
            torch.zeros(1, device=device)
        except Exception as error:  # each kind of device has errors of its own
            reason = str(error).partition("\n")[0]
            return f"auto or another that PyTorch can use here ({reason})"
        return None


Device: TypeAlias = Annotated[str, _Usable()]
"""A device of PyTorch; ``auto`` takes CUDA where it is available."""
