"""News data as the topics are learned from: headlines and pictures, cleaned."""
