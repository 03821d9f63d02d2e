"""What is said in an interview and why, the same for speech and writing. Pure."""
