"""StoryGen: stories whose pictures agree, as each next one looks at those before it."""
