"""What several processes of the app take, and what they survive: see `__main__`."""
