"""The voice interviewer of the practice room."""
