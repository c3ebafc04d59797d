"""Looks of rendered scans whose kernels are known, for train_reader.py → shards

python -m ct.reader_scans --volumes FILE... --out SHARDS [--studies 900] [--seed 1]
A study is three blocks of anatomy (both halves of one volume, and another volume) under each of four scanners that share a kernel, a dose, both or neither; any two of its
scans from different blocks are a pair. Each block's detail has a level, tilt and blur of its own, the two halves of a volume nearly the same: people differ in this, and none of it is the scanner's.
"""
import argparse

import numpy as np
from scipy.fft import irfft2, rfft2

from ct.bands import band_weights, edge_hats, fft_size, mirrored, radial_frequency
from ct.detail.anatomy import LIMITS, denoised
from ct.flat_patches import nps
from ct.hounsfield import Scan, body_of, change_weight, smooth_in_plane, without_padding
from ct.kernels import FREQUENCY, draw, standard_power
from ct.patch_spectra import Patches, grouped
from ct.render import Volumes, block, noise_map
from ct.simulate import changed
from ct.views import thicker, to_scale
from shards import write_shards

SHARD = 5                        # studies
F = np.linspace(.005, 1., 200)   # cycles/mm
PIXELS, SLICES = 224, 6
PIXELS_MM, SAME_PIXELS, OTHER_PIXELS = (.45, 1.), .03, .1  # range of the first block's, log SD of the others' around it
VARIED = .6                      # share of scanners that leave their families' curves
LEVEL, TILT, BLUR, BEND = .4, .25, .25, .08  # most that people's detail differs by, SD: log amplitude of all of it, per e-fold of frequency, at .4 cycles/mm above .05, per wave
APART = .6                       # parts of one body, as a share of that
SIZE = .15                       # log SD of the noise by the size of the body
DENOISED = .6                    # share of studies whose anatomy was freed of its own noise: else it counts as a dose of its own


def part(scan, which, thickness):
    """Half of a volume, or all of it, in thicker slices where at least six remain."""
    half = scan.hu.shape[0] // 2
    hu = scan.hu[dict(all=slice(None), first=slice(0, half), second=slice(half, None))[which]]
    n = thickness if len(hu) // thickness >= 6 else 1
    return Scan(thicker(hu, n), (scan.spacing[0] * n, *scan.spacing[1:]))


def scanners(rng):
    """Four scanners: a, another kernel with a's noise, a at another dose, another kernel at another dose."""
    a, b = (draw(rng, varied=bool(rng.random() < VARIED)) for _ in range(2))
    dose = lambda s: changed(s, sigma=float(np.clip(a.sigma * np.exp(rng.uniform(-1.15, 1.15)), 3, 70)))
    return a, changed(b, sigma=a.sigma, floor=a.floor, grain=a.grain), dose(a), dose(b)


def finer(scan, pixel, rng):
    """A block read with `pixel` mm: true to scale from pixels in between where they are coarser, or the anatomy smaller than it was, or some of both."""
    coarse = scan.spacing[1] / pixel
    factor = float(np.exp(rng.uniform(np.log(max(1., coarse / 3)), np.log(coarse)))) if coarse > 1 else 1.
    chosen = block(scan, pixel, int(np.ceil(PIXELS / factor)), SLICES, rng)
    return Scan(to_scale(chosen.hu, factor, PIXELS), chosen.spacing) if factor > 1 else chosen


class Person:
    """What one person's detail differs by from another's, as a function of frequency in cycles/mm that is 1 up to .03; `apart` of two parts of one person."""

    def __init__(self, rng, much):
        self.level, self.tilt, self.blur, self.bend = much * rng.normal(0, LEVEL), much * rng.normal(0, TILT), much * rng.normal(0, BLUR), much * rng.normal(0, BEND, 3)

    def apart(self, rng):
        """Another part of the same body."""
        other = Person(rng, rng.random() * APART)
        for name, value in vars(self).items():
            setattr(other, name, getattr(other, name) + value)
        return other

    def detail(self, f):
        beyond = np.maximum(f - .05, 0)
        curve = self.level * (1 - np.exp(-(f / .08) ** 2)) + self.tilt * np.log(1 + beyond / .05) - self.blur * (beyond / .4) ** 2
        curve += sum(c * np.sin((k + 1) * np.pi * beyond / .8) for k, c in enumerate(self.bend))
        return np.exp(np.clip(curve, -1.5, 1.5))


class Block:
    """One block of a person's anatomy that any scanner can look at."""

    def __init__(self, scan, person, rng):
        self.scan, self.rng, self.spacing = scan, rng, scan.spacing
        rows, columns = scan.hu.shape[1:]
        self.size = tuple(fft_size(n) for n in (rows, columns))
        self.index = np.ix_(*(mirrored(n, fft_size(n)) for n in (rows, columns)))
        self.f = radial_frequency(self.size, self.spacing[1:])[:, :self.size[1] // 2 + 1]
        self.anatomy = rfft2(np.stack([s[self.index] for s in scan.hu])) * person.detail(self.f)
        self.map = noise_map(scan) * float(np.exp(rng.normal(0, SIZE)))
        clean = without_padding(scan.hu)
        self.weight = change_weight(scan.hu, body_of(smooth_in_plane(clean, self.spacing)), self.spacing)
        self.patches = Patches(self.spacing[1:])

    def under(self, scanner):
        """[K, J, I] HU, whole numbers as scanners store."""
        noise = scanner.sigma * self.map * self.rng.standard_normal(self.map.shape).astype(np.float32)
        amplitude = np.sqrt(scanner.noise_shape() / standard_power(.5 / max(self.spacing[1:])))
        of = lambda response: np.interp(self.f, FREQUENCY, response).astype(np.float32)
        spectrum = self.anatomy * of(scanner.transfer()) + rfft2(np.stack([n[self.index] for n in noise])) * of(amplitude)
        rows, columns = self.scan.hu.shape[1:]
        return np.round(irfft2(spectrum, s=self.size)[:, :rows, :columns]).astype(np.float32)

    def look(self, scanner):
        """{groups, power, nps, patches, sampled} of one scan, or None with too few patches; power [12]: mean band power of its patches in HU²."""
        hu = self.under(scanner)
        powers, level = (np.concatenate(a) for a in zip(*(self.patches.add(h, w) for h, w in zip(hu, self.weight))))
        groups = grouped(powers, level, self.patches.sampled)
        if groups is None:
            return None
        flat, patches = nps(hu, self.spacing[1:])
        return dict(groups=groups, power=powers.mean(0), nps=flat, patches=patches, sampled=self.patches.sampled)


def log_transfer(transfer):
    """[12] log of a transfer over FREQUENCY in the bands as edges fill them."""
    return np.log(np.maximum(edge_hats(F) @ np.interp(F, FREQUENCY, transfer), 1e-4))


def study(volumes, clean, rng):
    """Rows of one study; none where a block shows too few patches. `clean`: the same volumes without their own noise."""
    x, y = rng.permutation(len(volumes.scans))[:2]
    scans = clean if rng.random() < DENOISED else volumes.scans
    thickness, pixel, looking = int(rng.choice([1, 1, 2, 3])), float(rng.uniform(*PIXELS_MM)), scanners(rng)
    person, stranger = (Person(rng, rng.random()) for _ in range(2))
    rows = []
    for place, (volume, which, sd, seen) in enumerate(((x, 'first', 0., person), (x, 'second', SAME_PIXELS, person.apart(rng)), (y, 'all', OTHER_PIXELS, stranger))):
        scan = part(scans[volume], which, thickness)
        size = pixel * float(np.exp(rng.normal(0, sd)))
        anatomy = Block(finer(scan, size, rng), seen, rng)
        for number, scanner in enumerate(looking):
            look = anatomy.look(scanner)
            if look is not None:
                area = band_weights((64, 64), anatomy.spacing[1:])[1:].mean((1, 2))
                rows.append(dict(look, area=area, transfer=log_transfer(scanner.transfer()), volume=volume, place=place, scanner=number))
    return rows


def studies(volumes, clean, rng):
    """SHARD studies as arrays, one row a scan."""
    rows = [dict(row, study=n) for n in range(SHARD) for row in study(volumes, clean, rng)]
    return {k: np.array([r[k] for r in rows], np.float32) for k in rows[0]} | dict(names=np.array(volumes.names))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--volumes', nargs='+', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--studies', type=int, default=900)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    volumes = Volumes(options.volumes)
    clean = [Scan(denoised(np.clip(without_padding(s.hu), *LIMITS))[0], s.spacing) for s in volumes.scans]
    write_shards(options.out, options.seed, range(options.studies // SHARD), lambda rng: studies(volumes, clean, rng))


if __name__ == '__main__':
    main()
