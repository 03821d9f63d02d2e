"""Pasted job postings, read into positions that are proposed to the user. Nothing here makes a request."""
