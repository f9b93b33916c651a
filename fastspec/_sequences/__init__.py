"""What `sequence` and `segment` are made of."""
