"""The algorithms behind `sequence` and `segment`."""
