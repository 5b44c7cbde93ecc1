"""Independent implementations that the pack is held to."""
