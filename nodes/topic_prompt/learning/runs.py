"""Where runs leave what they learn of a topic."""

STATES = "topic_runs"
"""Folder of the output folder where runs keep their state."""
TOPICS = "trained"
"""Folder of embeddings where runs leave what they learned."""
