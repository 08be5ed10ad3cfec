"""Which clips to ask about next, and when."""
