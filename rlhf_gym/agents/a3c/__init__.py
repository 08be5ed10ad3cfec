"""A3C: asynchronous actors and learners in processes of their own."""
