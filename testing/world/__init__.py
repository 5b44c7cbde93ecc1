"""A world small enough to be learned: pictures of coloured things, a sentence for each, and a judge that measures.

A Korean or English sentence has a right picture here, so what a model learned can be told from what it did not.
"""
