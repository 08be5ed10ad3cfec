"""Reports: HTML pages of one run, of many runs and of the environments.

Run records, answers and comparisons come in; pages that need no network go out, with their numbers
as JSON. This is the only room that draws with matplotlib and renders with jinja2.
"""
