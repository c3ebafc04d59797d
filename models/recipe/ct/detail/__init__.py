"""CT detail stage: a few-step diffusion of what a 2 mm Gaussian removes, on tiles (README.md here). Run with `python -m ct.detail.NAME` from models/recipe."""
