"""Sound files, read and written; the only room that imports soundfile."""
