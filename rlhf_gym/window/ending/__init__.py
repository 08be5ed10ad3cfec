"""The last page of the labelling window: the agent before and after training, side by side.

Takes what came of a training from the run folder (`reader`), decodes the films while they play
(`films`), draws the page (`layout`, `page`), and lets the agent be watched and the report be opened
(`companions`).
"""
