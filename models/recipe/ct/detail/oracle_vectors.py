"""What src/detail must reproduce: python -m ct.detail.oracle_vectors OUT.json (from models/recipe; numpy and scipy). Deterministic, no weights: a formula stands for the network."""
import json
import sys

import numpy as np

from ct.detail.conditions import condition, direction, noise_gains, noise_sd
from ct.detail.stage import Stage, smoothed
from ct.hounsfield import PADDING_HU, SOFT, body_of, change_weight, memberships
from ct.oracle_vectors import packed

SPACING, SHAPE = (.8, .7), (230, 330)  # row, column: two tiles by two
SOURCE = 30. ** 2 * np.exp(-np.linspace(0, 2, 12))
REFERENCE = 14. ** 2 * np.exp(-np.linspace(0, 2.3, 12))


def formula(image, noisy, numbers, timestep):
    """Answers as the network does, [1, 1, J, I]; looks at the pixel to the left, so that it matters where tiles begin."""
    left = np.roll(noisy, 1, -1)
    return (.3 * np.sin(image[:, :1]) + .2 * image[:, 1:2] - .1 * image[:, 2:] + .4 * noisy - .2 * left + .05 * numbers[0, 3] + timestep[0] / 5000).astype(np.float32)


def plane(seed):
    """A slice [J, I] of a body with fat, soft tissue, lung, bone, metal and a padded corner, HU."""
    j, i = np.mgrid[:SHAPE[0], :SHAPE[1]].astype(np.float64)
    inside = lambda cj, ci, rj, ri: ((j - cj) / rj) ** 2 + ((i - ci) / ri) ** 2 < 1
    hu = np.full(SHAPE, -1000.)
    for value, where in ((-95, inside(115, 165, 100, 150)), (55, inside(115, 165, 92, 140)), (-830, inside(90, 90, 30, 34)), (600, inside(170, 165, 12, 12)), (2600, inside(110, 250, 3, 3))):
        hu[where] = value
    hu += np.random.default_rng(seed).normal(0, 25, SHAPE)
    hu[:20, :20] = -2000
    return np.round(hu).astype(np.float32)


def vectors():
    before = plane(1)
    clean = np.where(before < PADDING_HU, np.float32(-1000), before)
    slow = smoothed(clean, SPACING)
    body = body_of(slow[None])
    weight = change_weight(before[None], body, (5., *SPACING))[0]
    started = np.where(weight > 0, before - .4 * weight * (clean - slow), before).astype(np.float32)
    noise = np.random.default_rng(2).standard_normal(SHAPE).astype(np.float32)
    stage = Stage(formula, SOURCE, REFERENCE, SPACING, (999., 499.))
    numbers, scale = condition(SOURCE, REFERENCE, SPACING)
    after = stage.slice(before, clean, started, slow, memberships(slow)[SOFT], weight, noise)
    level, shape = direction(SOURCE, REFERENCE, SPACING)
    return dict(spacing=list(SPACING), source_nps=SOURCE.tolist(), reference_nps=REFERENCE.tolist(), condition=numbers.tolist(), scale=scale, noise_sd=noise_sd(SOURCE, SPACING), level=level, shape=shape,
                gains=noise_gains(SOURCE, REFERENCE).tolist(), timesteps=list(stage.timesteps), body=packed(body[0]), before=packed(before), started=packed(started), noise=packed(noise), after=packed(after))


if __name__ == '__main__':
    with open(sys.argv[1], 'w') as f:
        json.dump(vectors(), f)
