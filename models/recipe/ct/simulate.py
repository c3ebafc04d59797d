"""Training samples without rendering: views under two scanners, as statistics on the grid.

A radial transfer function scales a band's energy, and noise adds energy that is known in closed form; so the statistics of one anatomy under any scanner are
arithmetic on a view's own. What that leaves out (spectra inside a band, interference of bands) is measured by `ct.evaluate`, which renders images.
"""
from functools import lru_cache

import numpy as np

from ct.bands import BANDS, KNOTS, seen_by_patches
from ct.gain_statistics import CLASS_COUNT, MIN_SUPPORT_MM3, tensor
from ct.hounsfield import SOFT, hats
from ct.gain_start import start_gain
from ct.kernel_look import Look, mean_look
from ct.kernels import FREQUENCY, Scanner, draw, standard_power
from ct.patch_spectra import GROUPS, grouped

HATS = hats(FREQUENCY, KNOTS)[1:].astype(np.float64)  # [12, frequencies]
SLOPE = FREQUENCY * np.maximum(FREQUENCY, .02) ** -3  # how an anatomy's power falls with frequency, times the area of a ring
SEEN = seen_by_patches(FREQUENCY)                  # what a patch sees of each band
FREEDOM = np.maximum(1.5, 14 * KNOTS[1:])          # half the degrees of freedom of a band's power in one patch
NO_PATCHES = .04                                   # share of scans without patches inside the body
FLAT, SOME_PATCHES = .6, 200                       # share of scans with flat patches enough, and how many they then have
FLAT_MORE = np.r_[2.4, 1.5, .85, .4, .2, .1, .05, np.zeros(BANDS - 7)]  # log power of flat patches over that of the flattest group, in rendered scans,
FLAT_SPREAD = np.r_[.42, .31, .23, np.full(BANDS - 3, .18)]             # and its SD where both scans of a pair are of the same tissue
FIELD_SCALE = 4.0
KINDS = dict(same=.25, kernel=.4, both=.22, dose=.13)


class Views:
    """The views of an npz of views.py, by name, with the volume each comes from."""

    def __init__(self, path):
        with np.load(path) as stored:
            arrays = {k: stored[k] for k in stored.files}
        self.names = sorted({k.rsplit('|', 1)[0] for k in arrays})
        self.views = {n: {f: arrays[f'{n}|{f}'] for f in ('energy', 'volume', 'powers', 'level', 'nyquist', 'sampled')} | dict(origin=n.split('|')[0]) for n in self.names}
        self.volumes = sorted({n.split('|')[0] for n in self.names})

    def pick(self, rng, near=None, volume=None):
        """A view; with `near`, one of about the same pixel size."""
        volume = volume or rng.choice(self.volumes)
        names = [n for n in self.names if n.startswith(volume + '|')]
        if near is not None:
            names = sorted(names, key=lambda n: abs(self.views[n]['nyquist'] - near))[:4]
        return self.views[rng.choice(names)]


def anatomy_gain(scanner):
    """[12] energy factor of each band's anatomy under the scanner's transfer function."""
    w = HATS ** 2 * SLOPE
    return (w * scanner.transfer() ** 2).sum(1) / w.sum(1)


def noise_power(scanner, nyquist, weights):
    """[12] of weights·NPS for sigma of soft tissue; weights [12, frequencies] times the area of a ring."""
    ring = FREQUENCY * (FREQUENCY <= nyquist * 1.2)
    return scanner.sigma ** 2 * (weights * scanner.noise_shape() * ring).sum(1) / standard_power(nyquist) / ring.sum()


def patch_power(scanner, nyquist):
    """[12] noise power of a patch in soft tissue, HU²: the mean over what a patch sees of each band."""
    ring = FREQUENCY * (FREQUENCY <= nyquist * 1.2)
    return noise_power(scanner, nyquist, SEEN) * ring.sum() / np.maximum((SEEN * ring).sum(1), 1e-9)


@lru_cache(maxsize=256)
def planes_and_bowls(grid):
    """[6, Z, Y, X] every axis from -1 to 1, and its square."""
    axes = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in grid), indexing='ij'))
    return np.concatenate([axes, axes ** 2])


def smooth_factor(rng, grid, sd):
    """[Z, Y, X] lognormal factor that varies over the body: a random plane and bowl."""
    field = np.tensordot(rng.normal(0, 1, 6) * np.r_[.5, .5, .5, .4, .4, .4], planes_and_bowls(tuple(grid)), 1)
    return np.exp(sd * (field - field.mean()))


class Person:
    """One view with its own draw of anatomy strength and of where noise is high; rendered under any scanner."""

    def __init__(self, rng, view):
        self.view = view
        octaves, blur = np.log(KNOTS[1:] / KNOTS[1]), (KNOTS[1:] / .4) ** 2
        step = rng.normal(0, .18, (CLASS_COUNT, BANDS)).cumsum(1) * .5 + rng.normal(0, .4, (CLASS_COUNT, 1)) + (rng.normal(0, .5) + rng.normal(0, .15, (CLASS_COUNT, 1))) * octaves
        step -= rng.normal(0, .5) * blur  # a stored volume has a kernel of its own, which must not pass for the scanner's
        self.strength = np.exp(step)[:, :, None, None, None]
        self.edges = np.stack([smooth_factor(rng, view['volume'].shape[1:], .4) for _ in range(CLASS_COUNT)])[:, None]
        by_class = np.exp(rng.normal(0, .15, (CLASS_COUNT, 1, 1, 1)))
        by_class[2] = 1
        self.where = by_class * smooth_factor(rng, view['volume'].shape[1:], .4)
        self.size = float(np.exp(rng.normal(0, .1)))  # a bigger patient has more noise
        self.flips = [a for a in (-3, -2, -1) if rng.random() < .5]

    def under(self, scanner, rng, jitter=.03):
        """Energy [4, 12, Z, Y, X] under the scanner; jitter is the sampling error of a node."""
        v = self.view
        anatomy = v['energy'] * self.strength * self.edges * anatomy_gain(scanner)[None, :, None, None, None]
        noise = noise_power(scanner, float(v['nyquist']), HATS ** 2)[None, :, None, None, None] * (self.where * self.size)[:, None]
        return (anatomy + noise) * np.exp(rng.normal(0, jitter, v['energy'].shape))

    def groups(self, scanner, rng):
        """Groups of patches [4, 12] under the scanner, as patch_spectra.grouped has them; None when there are too few."""
        v = self.view
        if rng.random() < NO_PATCHES or len(v['level']) == 0:
            return None
        kept = rng.permutation(len(v['level']))[:rng.integers(12, 301)]
        noise = patch_power(scanner, float(v['nyquist'])) * self.size * np.exp(rng.normal(0, .2, (len(kept), 1)))
        return grouped(v['powers'][kept] * self.strength[SOFT, :, 0, 0, 0] * anatomy_gain(scanner) + noise * rng.gamma(FREEDOM, 1 / FREEDOM, (len(kept), BANDS)), v['level'][kept], int(v['sampled']))

    def look(self, groups, rng):
        """What the groups tell of, and flat patches that see what the flattest of them see; None without groups."""
        if groups is None:
            return None
        flat, sampled = np.exp(groups[0] + FLAT_MORE + rng.normal(0, FLAT_SPREAD)), int(self.view['sampled'])
        return Look(groups, sampled, flat, SOME_PATCHES if rng.random() < FLAT else 0)

    def volume(self):
        return self.view['volume']

    def turned(self, array):
        return np.flip(array, self.flips) if self.flips else array


def changed(scanner, **values):
    return Scanner(**{**scanner.__dict__, **values})


def scanners(rng, varied=False):
    """(kind, source scanner, reference scanner)."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    a, b = draw(rng, varied=varied), draw(rng, varied=varied)
    drift = lambda v, s: float(v * np.exp(rng.normal(0, s)))
    if kind == 'same':
        b = changed(a, f50=drift(a.f50, .02), sigma=drift(a.sigma, .04)) if rng.random() < .5 else a
    elif kind == 'kernel':
        b = changed(b, sigma=a.sigma, floor=a.floor, grain=a.grain)
    elif kind == 'dose':
        b = changed(a, sigma=float(np.clip(a.sigma * np.exp(rng.uniform(-1.15, 1.15)), 3, 70)))
    return kind, a, b


def wanted(a, b):
    """What the field makes of a scan by `a`: kernel and noise of `b`, but never more noise than the kernel makes of a's own. Gains cannot add what is not there."""
    return changed(b, sigma=min(a.sigma, b.sigma))


def mean_groups(groups):
    """[4, 12] mean of the groups of several scans; None when none has any."""
    found = [g for g in groups if g is not None]
    return np.mean(found, 0) if found else None


def spectral(groups):
    """[48] what the networks see of patches: log power / 4; zeros when there are none."""
    return np.zeros(len(GROUPS) * BANDS, np.float32) if groups is None else (groups.ravel() / 4).astype(np.float32)


def sample(rng, views, readers):
    """One training sample: tensors in float32 on the source's grid, and the reference's on its own. Its start is read by a network that knows neither the source's volume nor the first reference's."""
    kind, a, b = scanners(rng, varied=True)
    person = Person(rng, views.pick(rng))
    others = [Person(rng, views.pick(rng, near=float(person.view['nyquist']))) for _ in range(rng.choice([1, 3]))]
    energy, truth = person.under(a, rng, .02), person.under(wanted(a, b), rng, 0.)
    groups, other_groups = person.groups(a, rng), [o.groups(b, rng) for o in others]
    reader = readers.without({person.view['origin'], others[0].view['origin']})
    start = start_gain(person.look(groups, rng), mean_look([o.look(g, rng) for o, g in zip(others, other_groups)]), reader)
    started = energy * start[None, :, None, None, None] ** 2
    volume = person.volume()
    target = FIELD_SCALE * .5 * np.log((truth + 1) / (started + 1))
    supported = (volume >= MIN_SUPPORT_MM3)[:, None] * np.minimum(1, volume / 8000)[:, None] * np.ones((1, BANDS, 1, 1, 1))
    grid, turn = (CLASS_COUNT * BANDS, *volume.shape[1:]), person.turned
    return dict(kind=kind, source=turn(tensor(energy, volume)), started=turn(tensor(started, volume)), field=turn(target.reshape(grid)).astype(np.float32),
                weight=turn(supported.reshape(grid)).astype(np.float32), start=np.log(start).astype(np.float32), source_spectra=spectral(groups),
                reference_spectra=spectral(mean_groups(other_groups)), references=[o.turned(tensor(o.under(b, rng), o.volume())) for o in others])


def style_pair(rng, views):
    """Statistics of two views under one scanner: what the style autoencoder sees."""
    scanner = draw(rng, varied=True)
    first = views.pick(rng)
    people = [Person(rng, first), Person(rng, views.pick(rng, near=float(first['nyquist'])))]
    return [p.turned(tensor(p.under(scanner, rng), p.volume())) for p in people]


def stacked(grids):
    """Grids of different sizes in one batch: zeros where a smaller one has no cell."""
    size = [max(g.shape[a] for g in grids) for a in (-3, -2, -1)]
    return np.stack([np.pad(g, [(0, 0)] + [(0, s - n) for s, n in zip(size, g.shape[-3:])]) for g in grids]).astype(np.float32)
