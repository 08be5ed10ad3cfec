"""The old name of `rlhf_gym.agents`, kept so that agents saved by version 0.1.0 can be loaded."""
