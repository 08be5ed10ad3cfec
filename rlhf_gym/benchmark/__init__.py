"""Benchmarks: environments x algorithms x arms x seeds, run on this machine or on Ray.

A suite in TOML comes in; a results folder with one row for each run goes out.
"""
