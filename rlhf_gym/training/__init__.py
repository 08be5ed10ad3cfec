"""HumanFeedback, the plug-in, and the loop of asking and fitting."""
