"""A picture becomes a print file: trim sizes, colours, PDF."""
