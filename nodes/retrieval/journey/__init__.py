"""JourneyDB as its users have it on their disks: annotations in JSON lines, pictures in shards; nothing of it is ours.

The layout is what four independent readers of it agree on; labels other than the prompt were written by a language
model, so that any of them may be missing.
"""
