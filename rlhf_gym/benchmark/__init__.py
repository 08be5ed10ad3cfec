"""Benchmarks: environments x algorithms x arms x seeds, run here or on Ray."""
