"""The browser console, served at ``/app``: pages and modules without a build step, one more client of the API."""
