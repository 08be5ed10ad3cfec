"""Reports: HTML pages of one run, of many runs and of the environments.

Takes run records, answers and comparisons, and writes pages that need no network, with their
numbers as JSON. No other package draws with matplotlib or renders with jinja2: `html` and
``page.html.j2`` are common to all pages, and each report has its own ``page`` and template.
"""
