"""The image: what its build is made of, and a try of the built one."""
