"""The endpoints in Litestar, in two modules as Litestar's users keep them: models and the application."""
