"""Pages of one run, of many, and of the environments."""
