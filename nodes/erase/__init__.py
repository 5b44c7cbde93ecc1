"""Fill a masked area so that the picture looks as if nothing had been there."""
