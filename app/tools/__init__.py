"""Commands for operators: ``python -m app.tools``."""
