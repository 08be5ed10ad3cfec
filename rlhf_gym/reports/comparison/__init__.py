"""The report of many runs: takes their rows, and writes an HTML page, tables and numbers."""

from rlhf_gym.reports.comparison.build import build_comparison

__all__ = ["build_comparison"]
