"""A publisher's brief becomes a prompt for a cover."""
