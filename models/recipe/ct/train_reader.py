"""Train the kernel reader: python -m ct.train_reader --looks SHARDS --checkpoints DIR [--without NAME,NAME] [--seconds 240]

Pairs are any two scans of one study from different blocks (reader_scans.py). The loss is what a wrong gain costs in HU: error of every band by the power that the source has there, as
a share of what the pair differs by. It is a distance and not its square, so its best answer is a median: scans that may well be of one kernel are left alone.
"""
import argparse
import glob
import os

import numpy as np
import torch

from ct.bands import BANDS, GAIN_MAX, GAIN_MIN
from ct.kernel_look import READINGS, encoded
from ct.kernel_reader import KernelReader
from ct.reader_scans import SHARD
from stage import Stage, run

KINDS = dict(same=.12, kernel=.47, both=.26, dose=.15)
SCANNERS = dict(same=[(0, 0), (1, 1), (2, 2), (3, 3)], kernel=[(0, 1), (1, 0)], both=[(0, 3), (3, 0), (1, 2), (2, 1), (2, 3), (3, 2)], dose=[(0, 2), (2, 0), (1, 3), (3, 1)])
LEAST = .15    # of a scan's own detail: what an error is a share of where two scans hardly differ
EVENLY = .3    # weight of the error of log gains over sampled bands alike: where another scan has its power
HELD_OUT = 15  # of every so many studies one measures


class Looks:
    """All scans of the shards, and which of them make a pair of a kind. Volumes named in `without` are left out; `only` keeps pairs whose both volumes are among them."""

    def __init__(self, folder, without=(), only=None):
        rows, study = {}, []
        for n, path in enumerate(sorted(glob.glob(os.path.join(folder, '*.npz')))):
            with np.load(path) as shard:
                names = [str(v) for v in shard['names']]
                kept = [i for i, v in enumerate(shard['volume']) if names[int(v)] not in without and (only is None or names[int(v)] in only)]
                for key in shard.files:
                    if key != 'names':
                        rows.setdefault(key, []).append(shard[key][kept])
                study.append(SHARD * n + shard['study'][kept].astype(int))
        rows, study = {k: np.concatenate(v) for k, v in rows.items()}, np.concatenate(study)
        self.looks = torch.from_numpy(np.stack([encoded(r) for r in zip(rows['groups'], rows['sampled'], rows['nps'], rows['patches'])]))
        self.power, self.transfer = (torch.from_numpy(a.astype(np.float32)) for a in (rows['power'] * rows['area'], rows['transfer']))
        self.pairs = {kind: {True: [], False: []} for kind in KINDS}
        for s in np.unique(study):
            mine = np.flatnonzero(study == s)
            at = {(int(rows['place'][i]), int(rows['scanner'][i])): i for i in mine}
            for kind, combinations in SCANNERS.items():
                self.pairs[kind][bool(s % HELD_OUT == HELD_OUT - 1)] += [(at[p, a], at[q, b]) for a, b in combinations for p in range(3) for q in range(3) if p != q and (p, a) in at and (q, b) in at]
        self.pairs = {k: {held: np.array(p).reshape(-1, 2) for held, p in v.items()} for k, v in self.pairs.items()}

    def draw(self, rng, count):
        """Indices of sources and references."""
        counts = rng.multinomial(count, list(KINDS.values()))
        return np.concatenate([self.pairs[k][False][rng.integers(len(self.pairs[k][False]), size=n)] for k, n in zip(KINDS, counts)]).T

    def truth(self, source, reference):
        """[n, 12] log gains within what gains may be."""
        return (self.transfer[reference] - self.transfer[source]).clamp(float(np.log(GAIN_MIN)), float(np.log(GAIN_MAX)))


def cost(log_gain, truth, power):
    """[n] error in HU as a share of what doing nothing leaves, roughly."""
    of = lambda difference: ((power * difference ** 2).sum(1) + 1e-6).sqrt()
    return of(log_gain.exp() - truth.exp()) / (of(truth.exp() - 1) + LEAST * power.sum(1).sqrt())


def plain_error(log_gain, truth, power):
    """[n] root mean square error of the log gains of bands that the pixels can show."""
    seen = (power > 0).float()
    return ((seen * (log_gain - truth) ** 2).sum(1) / seen.sum(1) + 1e-6).sqrt()


def measured(network, looks, held=True):
    """{kind: [median cost, that of doing nothing, root mean square error of log gains of bands 2 to 9, mean size of the answer]}"""
    out = {}
    with torch.no_grad():
        for kind, of in looks.pairs.items():
            if not len(of[held]):
                continue
            s, r = of[held].T
            truth, told = looks.truth(s, r), network(looks.looks[s], looks.looks[r]).clamp(float(np.log(GAIN_MIN)), float(np.log(GAIN_MAX)))
            rms = lambda d: float((d[:, 1:9] ** 2).mean().sqrt())
            out[kind] = [round(float(cost(told, truth, looks.power[s]).median()), 3), round(float(cost(truth * 0, truth, looks.power[s]).median()), 3), round(rms(told - truth), 3), round(float((told[:, :8] ** 2).mean(1).sqrt().median()), 3)]
    return out


def other_anatomy(looks, sd):
    """Looks with smooth offsets in their log amplitudes, in each group of patches its own and one that all share, less at the bands that noise fills: few volumes are few anatomies."""
    n, readings = len(looks), looks[:, :READINGS * BANDS].unflatten(1, (READINGS, BANDS))
    at = torch.linspace(-1, 1, BANDS)
    shapes = torch.stack([torch.ones(BANDS), at, 2 * at ** 2 - .67])
    offsets = (torch.randn(n, READINGS, 3) + torch.randn(n, 1, 3)) @ shapes * torch.linspace(1, .3, BANDS)
    return torch.cat([(readings + sd * offsets * (readings != 0)).flatten(1), looks[:, READINGS * BANDS:]], 1)


def reader_stage(options, looks):
    """The training of one network (stage.py), and its loss by rng."""
    options.stage = '-'.join(['reader', str(options.seed), *options.without.split(',')]).rstrip('-')
    stage = Stage(options, dict(reader=KernelReader(dropout=options.dropout)), 'cpu')

    def loss(rng):
        s, r = looks.draw(rng, options.batch)
        told, truth = stage.modules['reader'](*(other_anatomy(looks.looks[i], options.offset) for i in (s, r))), looks.truth(s, r)
        total = (cost(told, truth, looks.power[s]) + EVENLY * plain_error(told, truth, looks.power[s])).mean()
        return total, dict(loss=float(total.detach()))
    return stage, loss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--looks', required=True)
    parser.add_argument('--checkpoints', required=True)
    parser.add_argument('--without', default='', help='names of volumes to leave out, with commas between')
    for name, default in (('seconds', 240.), ('iterations', 0), ('batch', 512), ('rate', 2e-3), ('decay', .05), ('dropout', .1), ('offset', .1), ('threads', 1), ('seed', 0), ('report', 1000), ('keep', 60.)):
        parser.add_argument('--' + name, type=type(default), default=default)
    parser.add_argument('--fresh', action='store_true')
    parser.add_argument('--init', help='a checkpoint whose weights a fresh training starts from')
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.checkpoints, exist_ok=True)
    without = [name for name in options.without.split(',') if name]
    looks = Looks(options.looks, without)
    strange = Looks(options.looks, only=without) if without else None
    stage, loss = reader_stage(options, looks)

    def measure(_):
        network = stage.modules['reader']
        return measured(network, looks) | ({'left_out_' + k: v for k, v in measured(network, strange, False).items()} if strange else {})
    run(stage, loss, measure, lambda: len(looks.looks))


if __name__ == '__main__':
    main()
