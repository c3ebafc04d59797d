"""CT gain field: numerics, simulation, training and measurement (docs/explanation/method.md). Run with `python -m ct.NAME` from models/recipe."""
