"""What takes seconds to import; loaded once, in the process from which others are forked."""

from __future__ import annotations

import gc

gc.disable()

import matplotlib.pyplot  # noqa: E402, F401
import stable_baselines3  # noqa: E402, F401
import torch._dynamo  # noqa: E402, F401

import rlhf_gym.benchmark.perform  # noqa: E402, F401
import rlhf_gym.cli.train  # noqa: E402, F401
import rlhf_gym.media.process  # noqa: E402, F401
import rlhf_gym.runs.train  # noqa: E402, F401

gc.freeze()  # forked processes share these objects and never look through them
gc.enable()
