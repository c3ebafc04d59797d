"""Training samples without rendering: views under two scanners, as statistics on the grid.

A radial transfer function scales a band's energy, and noise adds energy that is known in closed form; so the statistics of one anatomy under any scanner are
arithmetic on a view's own. What that leaves out (spectra inside a band, interference of bands) is measured by `ct.evaluate`, which renders images.
"""
import numpy as np

from ct.bands import BANDS, KNOTS
from ct.flat_patches import ENOUGH, start_gain
from ct.gain_statistics import CLASS_COUNT, MIN_SUPPORT_MM3, tensor
from ct.hounsfield import hats
from ct.kernels import FREQUENCY, Scanner, draw, standard_power

HATS = hats(FREQUENCY, KNOTS)[1:].astype(np.float64)  # [12, frequencies]
SLOPE = FREQUENCY * np.maximum(FREQUENCY, .02) ** -3  # how an anatomy's power falls with frequency, times the area of a ring
FIELD_SCALE = 4.0
KINDS = dict(same=.25, kernel=.4, both=.22, dose=.13)


class Views:
    """The views of an npz of views.py, by name, with the volume each comes from."""

    def __init__(self, path):
        with np.load(path) as stored:
            arrays = {k: stored[k] for k in stored.files}
        self.names = sorted({k.rsplit('|', 1)[0] for k in arrays})
        self.views = {n: {f: arrays[f'{n}|{f}'] for f in ('energy', 'volume', 'nps', 'patches', 'nyquist')} for n in self.names}
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


def flat_power(scanner, nyquist):
    """[12] NPS of flat patches, HU², the mean over each hat."""
    ring = FREQUENCY * (FREQUENCY <= nyquist * 1.2)
    area = (HATS * ring).sum(1)
    power = noise_power(scanner, nyquist, HATS) * ring.sum() / np.maximum(area, 1e-9)
    last = np.flatnonzero(area > 1e-3 * ring.sum()).max()
    power[last + 1:] = power[last]
    return power


def smooth_factor(rng, grid, sd):
    """[Z, Y, X] lognormal factor that varies over the body: a random plane and bowl."""
    axes = np.meshgrid(*(np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in grid), indexing='ij')
    field = sum(rng.normal(0, .5) * a + rng.normal(0, .4) * a ** 2 for a in axes)
    return np.exp(sd * (field - field.mean()))


class Person:
    """One view with its own draw of anatomy strength and of where noise is high; rendered under any scanner."""

    def __init__(self, rng, view):
        self.view = view
        step = rng.normal(0, .18, (CLASS_COUNT, BANDS)).cumsum(1) * .5 + rng.normal(0, .3, (CLASS_COUNT, 1))
        self.strength = np.exp(step)[:, :, None, None, None]
        by_class = np.exp(rng.normal(0, .15, (CLASS_COUNT, 1, 1, 1)))
        by_class[2] = 1
        self.where = by_class * smooth_factor(rng, view['volume'].shape[1:], .4)
        self.size = float(np.exp(rng.normal(0, .1)))  # a bigger patient has more noise
        self.flat = float(np.exp(rng.normal(0, .06)))
        self.flips = [a for a in (-3, -2, -1) if rng.random() < .5]

    def under(self, scanner, rng, jitter=.03):
        """(energy [4, 12, Z, Y, X], flat NPS [12]) under the scanner; jitter is the sampling error of a node."""
        v = self.view
        anatomy = v['energy'] * self.strength * anatomy_gain(scanner)[None, :, None, None, None]
        noise = noise_power(scanner, float(v['nyquist']), HATS ** 2)[None, :, None, None, None] * (self.where * self.size)[:, None]
        energy = (anatomy + noise) * np.exp(rng.normal(0, jitter, v['energy'].shape))
        flat = v['nps'] * anatomy_gain(scanner) + flat_power(scanner, float(v['nyquist'])) * self.size * self.flat
        return energy, flat * np.exp(rng.normal(0, .03, BANDS))

    def volume(self):
        return self.view['volume']

    def turned(self, array):
        return np.flip(array, self.flips) if self.flips else array


def scanners(rng):
    """(kind, source scanner, reference scanner)."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    a, b = draw(rng), draw(rng)
    drift = lambda v, s: float(v * np.exp(rng.normal(0, s)))
    change = lambda s, **k: Scanner(**{**s.__dict__, **k})
    if kind == 'same':
        b = change(a, f50=drift(a.f50, .02), sigma=drift(a.sigma, .04)) if rng.random() < .5 else a
    elif kind == 'kernel':
        b = change(b, sigma=a.sigma, floor=a.floor)
    elif kind == 'dose':
        b = change(a, sigma=float(np.clip(a.sigma * np.exp(rng.uniform(-1.15, 1.15)), 3, 70)))
    return kind, a, b


def started_by(source_flat, reference_flat, rng):
    """[12] the closed form, as flat_patches.start_gain has it; one in six scans has too few patches."""
    if rng.random() < 1 / 6:
        return np.ones(BANDS)
    return start_gain((source_flat, ENOUGH), (reference_flat, ENOUGH))


def sample(rng, views):
    """One training sample: tensors in float32 on the source's grid, and the reference's on its own."""
    kind, a, b = scanners(rng)
    source_view = views.pick(rng)
    person = Person(rng, source_view)
    energy, flat = person.under(a, rng, .02)
    truth, _ = person.under(b, rng, 0.)
    others = [Person(rng, views.pick(rng, near=float(source_view['nyquist']))) for _ in range(rng.choice([1, 3]))]
    rendered = [o.under(b, rng) for o in others]
    start = started_by(flat, np.mean([f for _, f in rendered], 0), rng)
    started = energy * start[None, :, None, None, None] ** 2
    volume = person.volume()
    target = FIELD_SCALE * .5 * np.log((truth + 1) / (started + 1))
    supported = (volume >= MIN_SUPPORT_MM3)[:, None] * np.minimum(1, volume / 8000)[:, None] * np.ones((1, BANDS, 1, 1, 1))
    turn = person.turned
    grid = (CLASS_COUNT * BANDS, *volume.shape[1:])
    references = [o.turned(tensor(e, o.volume())) for o, (e, _) in zip(others, rendered)]
    return dict(kind=kind, source=turn(tensor(energy, volume)), started=turn(tensor(started, volume)), field=turn(target.reshape(grid)).astype(np.float32),
                weight=turn(supported.reshape(grid)).astype(np.float32), start=np.log(start).astype(np.float32), references=references)


def style_pair(rng, views):
    """Statistics of two views under one scanner: what the style autoencoder sees."""
    scanner = draw(rng)
    first = views.pick(rng)
    people = [Person(rng, first), Person(rng, views.pick(rng, near=float(first['nyquist'])))]
    return [p.turned(tensor(p.under(scanner, rng)[0], p.volume())) for p in people]


def stacked(grids):
    """Grids of different sizes in one batch: zeros where a smaller one has no cell."""
    size = [max(g.shape[a] for g in grids) for a in (-3, -2, -1)]
    return np.stack([np.pad(g, [(0, 0)] + [(0, s - n) for s, n in zip(size, g.shape[-3:])]) for g in grids]).astype(np.float32)
