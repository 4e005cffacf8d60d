"""A Registry: where its images are kept, and what follows from it."""
