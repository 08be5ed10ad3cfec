"""The old name of `rlhf_gym.agents`: agents that were saved by the first release name it."""
