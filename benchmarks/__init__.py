"""Figures of the pack: what it costs and how well it does, measured by hand, never timed by a test.

`python -m benchmarks NAME` runs the file of that name. A benchmark is a file with `main(options)`, which returns its
tables: name -> rows, a row being column -> figure.
"""
