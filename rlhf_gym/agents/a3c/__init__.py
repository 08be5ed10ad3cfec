"""A3C: asynchronous actors and learners in separate processes.

`agent` is the trainer, the object that callbacks receive; `worker` is what runs in a process;
parameters and statistics are in shared memory. `attachment` says what a wrapper can attach to the
workers, and `learned_reward` attaches the learned reward.
"""
