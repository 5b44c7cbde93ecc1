"""Pictures and datasets whose truth is known, drawn anew from a seed."""
