"""Every complaint about what users passed."""
