"""The old name of `rlhf_gym.agents`: agents that were saved by version 0.1.0 name it."""
