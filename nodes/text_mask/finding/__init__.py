"""From a network's map of text to regions: looks from several distances, lines, evidence."""
