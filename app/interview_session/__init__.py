"""The practice room: a row that holds a clock, and a log that everyone listens to."""
