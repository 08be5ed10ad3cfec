"""A3C: asynchronous actors and learners in processes of their own.

`agent` is the trainer, which callbacks see; `worker` is what runs in a process; parameters and
statistics are in shared memory. `attachment` lets wrappers do their work in the workers.
"""
