"""The report of one run: takes a run folder, and writes an HTML page and its numbers."""

from rlhf_gym.reports.run.build import build_report

__all__ = ["build_report"]
