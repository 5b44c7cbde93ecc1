"""A storyboard: the frames of a story on one canvas, drawn together by any model.

Our own reading of an idea of StoryImager (Tao and others, ECCV 2024), which published neither code nor weights.
"""
