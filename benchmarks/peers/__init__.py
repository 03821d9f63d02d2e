"""The same requests answered by other frameworks, each as its own community writes it.

What is in here runs on packages of its own (``requirements.txt``, ``package-lock.json``), which the application does
not have; ``programs.py`` alone runs beside the benchmark.
"""
