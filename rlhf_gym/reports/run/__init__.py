"""The report of one run: a run folder comes in, an HTML page and its numbers go out."""

from rlhf_gym.reports.run.build import build_report

__all__ = ["build_report"]
