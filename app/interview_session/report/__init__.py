"""What the candidate takes home after a session: figures, evidence, and verdicts where somebody gave them."""
