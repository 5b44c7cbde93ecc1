"""How a topic's vectors are learned from pictures and their titles."""
