"""What was seen and done: steps, clips, snapshots, pictures."""
