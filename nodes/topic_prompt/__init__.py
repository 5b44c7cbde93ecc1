"""Learnable topic prompts: a few vectors that stand for a topic, in front of a headline."""
