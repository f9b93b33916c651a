"""From arguments to a `Recipe`, and the one walk that carries it out."""
