"""Learn the mark that pictures share: where it is, how opaque, of which colour."""
