"""Learning to draw storyboards: a LoRA on boards of real stories."""
