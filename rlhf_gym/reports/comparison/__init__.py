"""Comparisons: many runs beside each other, with the statistics that a few seeds allow."""
