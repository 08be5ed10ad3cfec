"""The overlays: panels over a page, for the menu, something to read, to write or to decide."""
