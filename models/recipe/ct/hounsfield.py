"""A CT scan in Hounsfield units, its body and its four soft HU classes. Arrays are [K, J, I] (slices, rows, columns), RAS, spacings in mm likewise."""
from dataclasses import dataclass

import nibabel as nib
import numpy as np
from scipy.ndimage import binary_fill_holes, gaussian_filter, label

SMOOTH_MM = 2.0
BODY_HU = -500.0
METAL_HU = 2000.0
PADDING_HU = -1500.0
CLASS_CENTRES = np.array([-800.0, -80.0, 60.0, 400.0])  # lung, fat, soft tissue, bone
CLASSES = ('lung', 'fat', 'soft', 'bone')
SOFT = 2


@dataclass
class Scan:
    hu: np.ndarray       # [K, J, I] float32
    spacing: tuple       # (slice distance, row, column) in mm


def read_scan(path):
    """A NIfTI file in HU, in the voxel order closest to RAS."""
    image = nib.as_closest_canonical(nib.squeeze_image(nib.load(path)))
    spacing = tuple(float(s) for s in image.header.get_zooms()[:3])[::-1]
    return Scan(np.ascontiguousarray(np.asarray(image.dataobj, dtype=np.float32).T), spacing)


def without_padding(hu):
    """Padding (below -1500 HU) reads as air."""
    return np.where(hu < PADDING_HU, np.float32(-1000), hu)


def smooth_in_plane(volume, spacing, sigma_mm=SMOOTH_MM):
    """Gaussian per slice, radius floor(3 sigma + .5) pixels, edges repeated."""
    sigma = (0, sigma_mm / spacing[1], sigma_mm / spacing[2])
    return gaussian_filter(volume, sigma, mode='nearest', truncate=3.0)


def body_of(smoothed):
    """6-connected components above -500 HU: the largest and any of at least a quarter of it (a second leg), holes of every slice filled (lung, gut)."""
    parts, count = label(smoothed > BODY_HU)
    if not count:
        return np.zeros(smoothed.shape, bool)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.stack([binary_fill_holes(s) for s in (4 * sizes >= sizes.max())[parts]])


def change_weight(hu, body, spacing):
    """[K, J, I] in [0, 1]: how much of a change a voxel takes. Exactly 0 outside the body and in metal, feathered inside their border."""
    mask = (body & (hu < METAL_HU) & (hu >= PADDING_HU)).astype(np.float32)
    return smooth_in_plane(mask, spacing) * mask


def memberships(smoothed):
    """[4, K, J, I] linear hats over the class centres; they sum to 1."""
    return hats(smoothed, CLASS_CENTRES)


def hats(values, knots):
    """[len(knots), ...] linear interpolation weights, clamped at both ends."""
    v = np.clip(values, knots[0], knots[-1])
    low = np.clip(np.searchsorted(knots, v, side='right') - 1, 0, len(knots) - 2)
    t = ((v - knots[low]) / (knots[low + 1] - knots[low])).astype(np.float32)
    return np.stack([np.where(low == b, 1 - t, 0) + np.where(low == b - 1, t, 0) for b in range(len(knots))]).astype(np.float32)
