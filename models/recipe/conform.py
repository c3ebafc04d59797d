"""A scan on the working grid: 96 x 120 x 96 voxels of 2 mm in the head's own frame, brain scale.

The same arithmetic as src/preprocess in TypeScript; test/oracle/conform.test.ts holds the two together.
Arrays here are in [z, y, x] order, indices and boxes in (x, y, z) order, x to the right, y to the front, z up.
"""
import sys

import nibabel as nib
import numpy as np

SPACING = 2.0                                 # mm, working grid
SHAPE = (96, 120, 96)                         # working voxels along x, y, z
CENTRE = (47.5, 59.5)                         # where the middle of the head's box goes
TOP = 90                                      # where the top slice of the head goes
ELLIPSOID_Z, ELLIPSOID_HZ = 56.0, 27.0        # brain ellipsoid, along z


class NoHead(ValueError):
    """The scan shows no upper head (issue NO_HEAD of the product)."""


def round_half_up(x):
    """Ties go up, with a margin for float32 spacings: 62.499996 voxels are 62.5, so 63."""
    return int(np.floor(x + 0.5 + 1e-4))


def read_ras(path):
    """Voxels (float32, [x, y, z], finite) and affine in the voxel order closest to RAS."""
    image = nib.as_closest_canonical(nib.squeeze_image(nib.load(path)))
    samples = np.asarray(image.dataobj, dtype=np.float32)
    return np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0), image.affine


def grid_of_axis(n, spacing):
    """Number m of 2 mm voxels over n native ones, and (scale, offset): native index = scale * i + offset."""
    m = max(1, round_half_up(n * spacing / SPACING))
    scale = SPACING / spacing
    return m, scale, 0.5 * scale - 0.5 + (n - m * scale) / 2


def resampling_matrix(n, spacing):
    """[m, n] weights of the antialiased linear filter: a triangle of half-width max(1, scale) native voxels."""
    m, scale, offset = grid_of_axis(n, spacing)
    centres = scale * np.arange(m) + offset
    weights = np.maximum(0, 1 - np.abs(np.arange(n)[None] - centres[:, None]) / max(1.0, scale))
    return weights / weights.sum(1, keepdims=True)


def to_two_mm(samples, spacing):
    """The 2 mm copy of a native [x, y, z] array, float32 [x, y, z]; negatives count as 0."""
    copy = np.maximum(samples, 0).astype(np.float64)
    for axis in range(3):
        weights = resampling_matrix(samples.shape[axis], spacing[axis])
        copy = np.moveaxis(np.tensordot(weights, copy, axes=(1, axis)), 0, axis)
    return copy.astype(np.float32)


def otsu(values, bins=256):
    """The bin centre that splits the histogram with the largest variance between classes (Otsu 1979)."""
    values = np.asarray(values, np.float64).ravel()
    low, high = values.min(), values.max()
    index = np.minimum(bins - 1, ((values - low) * (bins / (high - low))).astype(np.int64))
    count = np.bincount(index, minlength=bins).astype(np.float64)
    centre = low + (np.arange(bins) + 0.5) * (high - low) / bins
    below, moment = np.cumsum(count), np.cumsum(count * centre)
    above = below[-1] - below
    split = (below > 0) & (above > 0)
    between = np.where(split, (moment[-1] * below / below[-1] - moment) ** 2 / np.where(split, below * above, 1), -1)
    return float(centre[np.argmax(between)])


def rows_of_head(often, axis):
    """First and last index along an axis of [x, y] where the head is 20 mm wide: a nose or a pillow is not."""
    wide = np.flatnonzero(often.sum(1 - axis) >= 10)
    if wide.size == 0:
        raise NoHead("no column of tissue below the top slice")
    return int(wide[0]), int(wide[-1])


def cut_above(area, top):
    """Slices by which the scan ends below the crown, from the area of its top slice (0 if the crown is in view).

    The vault is taken for a half ellipsoid 90 mm high; a whole head has 15 ... 45 cm2 in its top slice.
    """
    widest = area[max(0, top - 52):top + 1].max()
    if area[top] <= 60:
        return 0
    return round_half_up(45 * (1 - np.sqrt(1 - area[top] / widest)) - 1.3)


def find_head(copy):
    """(box, top, threshold): box = (cx, cy, hx, hy) of the upper head in voxels of the 2 mm copy."""
    threshold = otsu(np.minimum(copy, np.float32(np.quantile(copy.astype(np.float64), 0.995))))
    foreground = copy > 0.6 * threshold
    area = foreground.sum((0, 1)) * 0.04                                        # cm2
    slices = np.flatnonzero(area >= 15)
    if slices.size == 0:
        raise NoHead("no slice shows 15 cm2 of tissue")
    cut = cut_above(area, int(slices[-1]))
    top = int(slices[-1]) + cut
    if cut > 20:
        raise NoHead(f"the scan ends about {2 * cut} mm below the crown")
    slab = foreground[:, :, max(0, top - 52):max(0, top - 8)]
    if slab.shape[2] < 20:
        raise NoHead(f"only {2 * slab.shape[2]} mm of the upper head are in view")
    often = slab.mean(2) > 0.25
    (x0, x1), (y0, y1) = rows_of_head(often, 0), rows_of_head(often, 1)
    box = ((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2)
    if not (20 <= box[2] <= 55 and 25 <= box[3] <= 70):
        raise NoHead(f"the upper head measures {4 * box[2]:.0f} x {4 * box[3]:.0f} mm")
    return box, top, threshold


def ellipsoid(head_box):
    """Boolean [z, y, x]: the central ellipsoid of the working grid that lies inside almost every brain."""
    _, _, hx, hy = head_box
    z, y, x = np.meshgrid(*(np.arange(n) for n in SHAPE[::-1]), indexing="ij", sparse=True)
    return (((x - CENTRE[0]) / (0.8 * hx)) ** 2 + ((y - CENTRE[1]) / (0.8 * hy)) ** 2
            + ((z - ELLIPSOID_Z) / ELLIPSOID_HZ) ** 2) < 1


def place(copy, offset):
    """The 2 mm copy [x, y, z] in the working frame: (working [z, y, x], in view)."""
    working, in_view = np.zeros(SHAPE, np.float32), np.zeros(SHAPE, bool)
    inside = [(max(0, o), min(s, n + o)) for o, s, n in zip(offset, SHAPE, copy.shape)]
    to = tuple(slice(a, b) for a, b in inside)
    source = tuple(slice(a - o, b - o) for (a, b), o in zip(inside, offset))
    working[to], in_view[to] = copy[source], True
    return np.ascontiguousarray(working.T), np.ascontiguousarray(in_view.T)


def conform(path, log_bias=None):
    """Working volume, masks and frame of one scan file.

    log_bias: callable (x, y, z in working voxels) -> natural log of the shading, or None. Raises NoHead.
    """
    samples, affine = read_ras(path)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    copy = to_two_mm(samples, spacing)
    head_box, top, threshold = find_head(copy)
    aim = (CENTRE[0] - head_box[0], CENTRE[1] - head_box[1], TOP - top)
    offset = tuple(int(np.floor(a + 0.5)) for a in aim)
    working, in_view = place(copy, offset)
    inner = ellipsoid(head_box) & in_view
    scale_mask = inner & (working > 0.3 * threshold)
    if log_bias is not None:
        z, y, x = np.meshgrid(*(np.arange(n) for n in SHAPE[::-1]), indexing="ij", sparse=True)
        working = (working / np.exp(log_bias(x, y, z))).astype(np.float32)
    if scale_mask.sum() < 0.35 * ellipsoid(head_box).sum():
        raise NoHead("tissue fills less than 35 % of the brain's place")
    brain_scale = float(np.quantile(working[scale_mask].astype(np.float64), 0.9) / 0.7)
    working = (working / brain_scale).astype(np.float32)
    axes = [grid_of_axis(n, s) for n, s in zip(samples.shape, spacing)]
    return dict(working=working, in_view=in_view, brain=inner & (working > 0.08), brain_scale=brain_scale,
                head_box=head_box, offset=offset, top=top, threshold=threshold,
                # working index = scale * native index + offset, along x, y, z of the RAS-ordered scan
                native_to_working=[(1 / s, o - b / s) for (_, s, b), o in zip(axes, offset)],
                shape=samples.shape, spacing=spacing, affine=affine)


def brain_quantiles(working, head_box, count=128):
    """Quantiles .005 ... .995 of the brain's intensity on the model scale, float64 [count]."""
    brain = working[ellipsoid(head_box) & (working > 0.08)]
    return np.quantile(brain.astype(np.float64), np.linspace(0.005, 0.995, count))


if __name__ == "__main__":
    for scan_path in sys.argv[1:]:
        found = conform(scan_path)
        print(scan_path, found["head_box"], found["offset"], round(found["brain_scale"], 3))
