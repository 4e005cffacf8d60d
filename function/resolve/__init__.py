"""From what was written, and what was observed, to a Plan in which every decision is made; or to all problems at once."""
