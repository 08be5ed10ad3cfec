"""Benchmarks: environments x algorithms x arms x seeds, run on this machine or on Ray.

Takes a suite in TOML and fills a results folder with one row for each run. What the agents of each
arm learn from is defined in `rlhf_gym.results.arms`.
"""
