"""Words in the lettering of other words: what the old letters look like is measured, and the new ones are set so."""
