"""Interview Tracker: positions, interviews and practice rooms behind one API."""
