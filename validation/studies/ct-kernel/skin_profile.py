"""Skin of simulated people under simulated scanners: what skin.py reads of it, without rendering a body."""
import numpy as np

from ct.bands import BANDS
from ct.skin import Border, log_amplitude

DEPTH = np.linspace(-12, 12, 481)      # mm from the border, inwards below 0
F = np.linspace(.0025, 2.4975, 500)    # cycles/mm
STEP = np.sin(2 * np.pi * DEPTH[:, None] * F) / (np.pi * F) * (F[1] - F[0])  # times a transfer function: the response to a step, less a half
PATCHES = 8                            # that an expected reading is the mean of
AIR_HU, CUT_OFF_HU = -1000.0, -1024.0  # what air is, and where scanners cut off


class SkinOfPerson:
    """Fat or muscle under a layer of skin, and a border that is a little oblique to the slice."""

    def __init__(self, rng):
        self.tissue, self.layer = (rng.normal(-100, 12), rng.uniform(0, 160)) if rng.random() < .75 else (rng.normal(30, 20), rng.uniform(-20, 60))
        self.thickness, self.blur = rng.uniform(.6, 2.5), rng.uniform(.05, .4)  # mm

    def profile(self, scanner):
        """HU at DEPTH."""
        response = lambda shift: .5 + np.interp(-DEPTH - shift, DEPTH, STEP @ (scanner.mtf(F) * np.exp(-2 * (np.pi * self.blur * F) ** 2)))
        return AIR_HU + (self.tissue - AIR_HU) * response(0) + self.layer * (response(0) - response(self.thickness))


def reading(person, scanner, spacing, rng):
    """[12] log amplitude as skin.py reads it where there is no noise; zeros where the kernel is too smooth to see air and tissue beside the border."""
    border, hu, found = Border(spacing), np.maximum(person.profile(scanner), CUT_OFF_HU), []
    for _ in range(PATCHES):
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-.15, .15) * border.side
        distance = border.y * np.cos(angle) + border.x * np.sin(angle) - offset
        line = border.line(distance < 0)
        edge = None if line is None else border.edge(np.interp(distance, DEPTH, hu), *line[:2])
        found += [] if edge is None else [edge]
    return log_amplitude(np.array(found), border.sampled) if len(found) >= PATCHES / 2 else np.zeros(BANDS)
