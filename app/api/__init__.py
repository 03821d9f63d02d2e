"""HTTP, and only HTTP: routers, dependencies, middleware and error handlers."""
