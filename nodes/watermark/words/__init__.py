"""Marks of single pictures, known by what they say."""
