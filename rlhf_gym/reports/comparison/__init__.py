"""The report of many runs: their rows come in, an HTML page, tables and numbers go out."""

from rlhf_gym.reports.comparison.build import build_comparison

__all__ = ["build_comparison"]
