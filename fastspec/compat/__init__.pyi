"""The libraries: one a line, read by `_lazy.attach` and by type checkers."""
