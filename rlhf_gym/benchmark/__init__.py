"""Benchmarks: environments x algorithms x arms x seeds, their statistics and their report."""
