"""Pure ASGI middleware: each passes streams through as they come."""
