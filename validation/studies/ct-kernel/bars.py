"""Every bar of the CT gain field in one run: python validation/studies/ct-kernel/bars.py --bundle models/ct-kernel/VERSION --data DIR --abdomen FILE --radiomics PYTHON --json results.json

The kernel pair both ways with both kinds of reference, simulated pairs of held-out volumes, identity, dose, inserted nodules, and texture in fixed masks.
DIR is the folder of volumes (ct/…); --abdomen the Siemens series as NIfTI; --radiomics a Python that has mirp (left out: no radiomics). --only NAME… runs a part.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy.ndimage import gaussian_filter

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))
sys.path.insert(0, os.path.dirname(__file__))

import inserts  # noqa: E402
import kernel_pair  # noqa: E402
from ct import chain, evaluate, flat_patches, measures  # noqa: E402
from ct.bands import fft_size, radial_frequency  # noqa: E402
from ct.detail.conditions import noise_sd  # noqa: E402
from ct.hounsfield import Scan  # noqa: E402
from ct.kernels import FREQUENCY  # noqa: E402
from ct.render import Volumes, filter_slices  # noqa: E402

PARTS = ('kernel_pair', 'simulated', 'identity', 'dose', 'nodules', 'radiomics')
DIAMETERS_MM, CONTRASTS_HU = (4., 7., 10.), (-50., 50., 150.)
DISC_MM, DISC_CONTRASTS_HU, DOSE_TIMES = 30., (100., 200., 400.), (1.5, 2., 3.)  # inserted discs whose edges are measured, and how many times the noise a lower dose has


class Case:
    """One rendered pair brought to its reference by what ships: the gains found without any insert are applied with it."""

    def __init__(self, networks, calibration, pair, seed):
        self.pair, self.source = pair, chain.Reading(pair.source)
        restyling = chain.Restyling(networks, self.source, [chain.Reading(r) for r in pair.references])
        *_, self.nodes, self.dose = evaluate.as_shipped(restyling, calibration, seed)

    def restyled(self, used):
        return chain.Slices(self.source, used).under(self.nodes, self.dose)

    def with_insert(self, insert, used):
        """(source, restyled, truth) response to an insert [slices, J, I] in HU of the stored anatomy, each as the difference it makes."""
        spacing, (a, b) = self.pair.source.spacing, self.pair.scanners
        f = radial_frequency(tuple(fft_size(n) for n in insert.shape[1:]), spacing[1:])
        under = lambda scanner: filter_slices(insert, np.interp(f, FREQUENCY, scanner.transfer()))
        holding = chain.Reading(Scan(self.source.scan.hu[used] + under(a), spacing))
        holding.smoothed, holding.weight, holding.grid = self.source.smoothed[used], self.source.weight[used], self.source.grid
        slices = chain.Slices(holding, range(len(used)))
        slices.axes[0] = chain.cells.axis_weights(self.source.hu.shape[0], spacing[0], self.source.grid[0])[used]
        return under(a), slices.under(self.nodes, self.dose) - self.restyled(used), under(b)


def cases(networks, calibration, volumes, count, kinds, seed):
    for i in range(count):
        yield Case(networks, calibration, volumes.pair(np.random.default_rng([seed, i]), kinds=kinds), i)


def soft_place(case, k, margin_mm):
    """(row, column) in slice k whose surroundings are the flattest soft tissue; None without any."""
    source, spacing = case.source, case.source.scan.spacing
    smoothed = gaussian_filter(source.smoothed[k], [3 / s for s in spacing[1:]])
    spread = gaussian_filter((source.smoothed[k] - smoothed) ** 2, [margin_mm / 2 / s for s in spacing[1:]])
    edge = [int(margin_mm / s) + 1 for s in spacing[1:]]
    allowed = np.zeros(spread.shape, bool)
    allowed[edge[0]:-edge[0], edge[1]:-edge[1]] = True
    allowed &= (smoothed > -20) & (smoothed < 150) & (source.weight[k] > .99)
    return np.unravel_index(np.argmin(np.where(allowed, spread, np.inf)), spread.shape) if allowed.any() else None


def rise_mm(response, r, radius):
    """10-90 % distance of the edge of a disc's response, from its radial mean."""
    bins = np.arange(0, radius + 12, .25)
    mean = np.array([response[(r >= a) & (r < a + .5)].mean() if ((r >= a) & (r < a + .5)).any() else np.nan for a in bins])
    mean = np.interp(bins, bins[~np.isnan(mean)], mean[~np.isnan(mean)]) / np.nanmean(mean[bins < .5 * radius])
    beyond = bins > .5 * radius
    cross = lambda level: np.interp(-level, -np.minimum.accumulate(mean[beyond]), bins[beyond])
    return float(cross(.1) - cross(.9))


class DoseCase:
    """A real scan and its other slices at another dose (inserts.dose_pair), brought to it by what ships."""

    def __init__(self, networks, calibration, path, times, is_less, seed):
        self.what, self.put, self.anatomy, reference = inserts.dose_pair(path, times, is_less, seed)
        self.source, self.reference = chain.Reading(self.put(self.anatomy)[0]), chain.Reading(reference)
        *_, self.nodes, self.dose = evaluate.as_shipped(chain.Restyling(networks, self.source, [self.reference]), calibration, seed)

    def with_insert(self, insert, used):
        """(source, after, truth) [slices, J, I] with an insert [slices, J, I] in HU in the anatomy."""
        hu = self.anatomy.hu.copy()
        hu[used] += insert
        source, truth = self.put(Scan(hu, self.anatomy.spacing))
        return source.hu[used], chain.Slices(chain.Reading(source), used).under(self.nodes, self.dose), truth.hu[used]


def dose_rows(networks, calibration, paths):
    rows = []
    for seed, (path, times, is_less) in enumerate((p, t, l) for p in paths for t in DOSE_TIMES for l in (True, False)):
        case = DoseCase(networks, calibration, path, times, is_less, seed)
        spacing, used = case.anatomy.spacing, np.arange(1, case.anatomy.hu.shape[0], 2)
        empty = np.zeros((len(used), *case.anatomy.hu.shape[1:]), np.float32)
        hu = dict(zip(('source', 'after', 'truth'), case.with_insert(empty, used))) | dict(reference=case.reference.scan.hu)
        body = case.source.weight[used] > .5
        row = dict(case.what, is_less=is_less, runs=case.dose is not None, patches=[case.source.flat[1], case.reference.flat[1]])
        row |= {f'noise_{n}': noise_sd(nps[0], spacing[1:]) if nps[1] >= 8 else None for n, h in hu.items() for nps in [flat_patches.nps(h, spacing[1:])]}
        row |= {f'mae_{n}': float(np.abs(hu[n] - hu['truth'])[body].mean()) for n in ('source', 'after')}
        k = len(used) // 2
        place = soft_place(case, int(used[k]), 10.)
        if place is not None:
            r = inserts.distance(empty.shape[1:], *place, spacing)
            for contrast in DISC_CONTRASTS_HU:
                disc = empty.copy()
                disc[k] = contrast * inserts.disc(r, DISC_MM, spacing)
                response = {n: v[k] - hu[n][k] for n, v in zip(('source', 'after', 'truth'), case.with_insert(disc, used))}
                row |= {f'rise_{contrast:.0f}_{n}': rise_mm(v, r, DISC_MM / 2) for n, v in response.items()}
        rows.append(row)
    return rows


def nodule_rows(networks, calibration, volumes, count):
    """Contrast (inner half of the radius) and volume (above half of the contrast) of inserted spheres: after and source over the truth's."""
    rows = []
    for case in cases(networks, calibration, volumes, count, ('kernel', 'both', 'same'), 4200):
        spacing, k = case.source.scan.spacing, case.source.hu.shape[0] // 2
        place = soft_place(case, k, 8.)
        if place is None:
            continue
        for diameter in DIAMETERS_MM:
            used = np.flatnonzero(np.abs(np.arange(case.source.hu.shape[0]) - k) * spacing[0] <= diameter / 2 + spacing[0])
            plane = inserts.distance(case.source.hu.shape[1:], *place, spacing)
            r = np.hypot(plane[None], ((used - k) * spacing[0])[:, None, None])
            ball = inserts.disc(r, diameter, spacing).astype(np.float32)
            for contrast in CONTRASTS_HU:
                responses = dict(zip(('source', 'after', 'truth'), case.with_insert(contrast * ball, used)))
                core, near = ball * (r <= max(diameter / 4, .75 * spacing[1])) > 0, r <= diameter
                height = {n: float(v[core].mean() / contrast) for n, v in responses.items()}
                volume = {n: float(((v / contrast)[near] > .5 * height[n]).sum()) for n, v in responses.items()}
                rows.append(dict(kind=case.pair.kind, diameter=diameter, contrast=contrast, **{f'contrast_{n}': height[n] / height['truth'] for n in ('source', 'after')},
                                 **{f'volume_{n}': volume[n] / max(volume['truth'], 1) for n in ('source', 'after')}))
    return rows


def identity_rows(networks, calibration, volumes):
    """Mean |change| in the body, HU: reference = the scan itself, and = the other half of its slices."""
    rows = []
    for scan in volumes.scans:
        half = scan.hu.shape[0] // 2
        first, second = (chain.Reading(Scan(h, scan.spacing)) for h in (scan.hu[:half], scan.hu[half:]))
        row = {}
        for name, reference in (('itself', first), ('other_half', second)):
            _, distance, strength, nodes, dose = evaluate.as_shipped(chain.Restyling(networks, first, [reference]), calibration)
            used = np.arange(0, half, max(1, half // 4))
            after = chain.Slices(first, used).under(nodes, dose)
            row[name] = dict(mean_change=float(np.abs(after - first.scan.hu[used])[first.weight[used] > .5].mean()), distance=distance, strength=strength)
        rows.append(row)
    return rows


def radiomics(python, networks, calibration, volumes, count):
    """Shares of features with CCC ≥ .85 to the truth in fixed masks, before and after (radiomics.py)."""
    with tempfile.TemporaryDirectory() as folder:
        number = 0
        for case in cases(networks, calibration, volumes, count, ('kernel', 'both'), 4300):
            spacing = case.source.scan.spacing
            for k in (case.source.hu.shape[0] // 3, 2 * case.source.hu.shape[0] // 3):
                used = np.arange(max(0, k - 1), k + 2)
                place = soft_place(case, k, 10.)
                if place is None:
                    continue
                j, i = (slice(max(0, int(p - 24 / s)), int(p + 24 / s)) for p, s in zip(place, spacing[1:]))
                mask = np.broadcast_to(inserts.distance(case.source.hu.shape[1:], *place, spacing) < 12, (len(used), *case.source.hu.shape[1:]))
                np.savez(f'{folder}/{number}.npz', spacing=spacing, mask=mask[:, j, i], source=case.source.scan.hu[used][:, j, i], after=case.restyled(used)[:, j, i], truth=case.pair.truth.hu[used][:, j, i])
                number += 1
        found = subprocess.run([python, os.path.join(os.path.dirname(__file__), 'radiomics.py'), folder], check=True, capture_output=True, text=True).stdout
    return json.loads(found.strip().splitlines()[-1])


def spread(values):
    """[median, 5 %, 95 %]."""
    return [round(float(v), 3) for v in np.quantile(values, [.5, .05, .95])] if len(values) else None


def dose_summary(rows):
    """By direction, over scans with flat tissue enough for the dose step, and how many were left alone for want of it."""
    out = dict(pairs=len(rows), left_alone=sum(not r['runs'] for r in rows), rows=rows)
    for name, is_less in (('less_noise', True), ('more_noise', False)):
        mine = [r for r in rows if r['runs'] and r['is_less'] == is_less]
        ratio = lambda a, b: [r[a] / r[b] for r in mine if r.get(a) is not None and r.get(b)]
        out[name] = dict(pairs=len(mine), noise_before=spread(ratio('noise_source', 'noise_truth')), noise_after=spread(ratio('noise_after', 'noise_truth')),
                         noise_after_over_reference=spread(ratio('noise_after', 'noise_reference')), noise_within_10_percent=int(sum(abs(v - 1) <= .1 for v in ratio('noise_after', 'noise_truth'))),
                         mae=spread(ratio('mae_after', 'mae_source')), **{f'rise_{c:.0f}': spread(ratio(f'rise_{c:.0f}_after', f'rise_{c:.0f}_truth')) for c in DISC_CONTRASTS_HU})
    return out


def nodule_summary(rows):
    out = dict(nodules=len(rows))
    for key in ('contrast_source', 'contrast_after', 'volume_source', 'volume_after'):
        values = np.array([r[key] for r in rows])
        out[key] = dict(median_5_95=spread(values), within_5_percent=round(float((np.abs(values - 1) <= .05).mean()), 3))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('bundle', 'data', 'abdomen'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--radiomics')
    parser.add_argument('--pairs', type=int, default=32)
    parser.add_argument('--few', type=int, default=10, help='pairs of nodules and radiomics')
    parser.add_argument('--only', nargs='+', choices=PARTS, default=PARTS)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    calibration = manifest['calibration']
    held_out = [*(os.path.join(options.data, 'ct/volumes', f) for f in ('ct-totalseg-pulm.nii.gz', 'ibsi-STS_010-CT.nii.gz')), options.abdomen]
    volumes = Volumes(held_out)
    run = dict(
        kernel_pair=lambda: kernel_pair.measure(networks, calibration, os.path.join(options.data, 'ct/kernel-pair'), held_out[1:]),
        simulated=lambda: evaluate.measure(networks, calibration, volumes, options.pairs, 4000),
        identity=lambda: identity_rows(networks, calibration, volumes), dose=lambda: dose_summary(dose_rows(networks, calibration, [*held_out, os.path.join(options.data, 'ct/kernel-pair/ct-lungdx-A0002-B40f.nii.gz')])),
        nodules=lambda: nodule_summary(nodule_rows(networks, calibration, volumes, options.few)),
        radiomics=lambda: radiomics(options.radiomics, networks, calibration, volumes, options.few) if options.radiomics else None)
    result = json.load(open(options.json)) if options.json and os.path.exists(options.json) else {}
    for part in options.only:
        result[part] = run[part]()
        if part in ('identity', 'dose', 'nodules', 'radiomics'):
            print(part, json.dumps({k: v for k, v in result[part].items() if k != 'rows'} if isinstance(result[part], dict) else result[part]), flush=True)
        if options.json:
            with open(options.json, 'w') as f:
                json.dump(dict(bundle=f"{manifest['id']} {manifest['version']}") | result, f, indent=1)


if __name__ == '__main__':
    main()
