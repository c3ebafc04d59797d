"""Does the detail stage do better than the gain field alone? Real scans with inserted noise, held-out simulated pairs, one chest under two kernels.

python validation/studies/ct-kernel/detail.py --bundle models/ct-kernel/VERSION --network FILE(.onnx or .pt) --pair DIR --scans FILE... --volumes FILE... [--json OUT]

Arms: nothing; "gain": the gain field alone; "dose": the field and the dose step, what ships; "ratio": gains that give the source the reference's noise power, the detail stage's start; "detail": the stage on top of these.
inserted_dose: the truth is a real scan, the source that scan with more noise of its own spectrum (1.5, 2, 3 times the SD), the reference its other slices; inserted_noise the other way round. The other kinds put
held-out volumes under simulated scanners; the noisier scan's extra noise is its own. Edges and nodules are inserted before noise and scanners; every arm runs with and without them, and what is measured is the difference.
"""
import argparse
import json
import os
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))
sys.path.insert(0, os.path.dirname(__file__))

from ct import chain, measures  # noqa: E402
from ct.detail import stage as detail  # noqa: E402
from ct.detail.conditions import direction, noise_gains, noise_sd  # noqa: E402
from ct.evaluate import as_shipped  # noqa: E402
from ct.flat_patches import ENOUGH, nps  # noqa: E402
from ct.gain_statistics import evenly  # noqa: E402
from ct.hounsfield import Scan, read_scan  # noqa: E402
from ct.kernels import Scanner, draw  # noqa: E402
from ct.render import Scene  # noqa: E402
from ct.views import centre  # noqa: E402
from inserts import PIXELS, SLICES, dose_pair, inserted, placed, with_inserts  # noqa: E402

ARMS = ('nothing', 'gain', 'dose', 'ratio', 'detail')
MEASURED, READ = 4, 8
HIGHEST_LEVEL, LARGEST_SHAPE, LEAST_PATCHES = .9, .12, 100  # where `auto` runs the stage
KINDS = dict(inserted_dose=9, inserted_noise=9, less_dose=4, more_noise=4, sharp_to_smooth=4, smooth_to_sharp=4)  # pairs
TIMES = (1.5, 2., 3.)


def roughness(stack, body):
    """Mean |x[k+1] - x[k]| in the body."""
    return float(np.abs(np.diff(stack, axis=0))[body[1:] & body[:-1]].mean())


class Case:
    """One source, references and truth, all arms on chosen slices."""

    def __init__(self, networks, calibration, network, source, references, correlation=0., timesteps=detail.TIMESTEPS):
        reading, readings = chain.Reading(source, READ), [chain.Reading(r, READ) for r in references]
        restyling = chain.Restyling(networks, reading, readings)
        _, self.size, self.strength, self.nodes, self.dose = as_shipped(restyling, calibration)
        spacing = source.spacing[1:]
        flats = [nps(r.hu, r.scan.spacing[1:]) for r in (reading, *readings)]
        self.patches = [f[1] for f in flats]
        self.enough = min(self.patches) >= ENOUGH
        powers = flats[0][0], np.mean([f[0] for f in flats[1:]], 0)
        self.gains = noise_gains(*powers)
        self.level, self.shape = direction(*powers, spacing)
        self.stage = detail.Stage(network, *powers, spacing, timesteps)
        self.correlation, self.seconds = correlation, []

    def arms(self, source, used):
        """{arm: [slices, J, I]} of a scan with this one's style (the same scan, with or without inserts)."""
        reading = chain.Reading(source, READ)
        slices = chain.Slices(reading, used)
        out = dict(nothing=source.hu[used], gain=slices.under(self.nodes), dose=slices.under(self.nodes, self.dose), ratio=slices.under(np.broadcast_to(self.gains[None, :, None, None, None], self.nodes.shape)))
        if self.enough:
            began = time.time()
            out['detail'] = self.stage.slices(reading, out['ratio'], used, self.correlation)
            self.seconds.append((time.time() - began) / len(used))
        return out, reading.weight[used] > .5


def compared(out, truth, source, body, spacing):
    """Measures of every arm against the truth."""
    flat = nps(truth, spacing[1:])
    result = {}
    for arm, hu in out.items():
        row = measures.against(hu, truth, source, body, spacing)
        mine = nps(hu, spacing[1:])
        if min(flat[1], mine[1]) >= 8:
            row['noise_sd_ratio'] = noise_sd(mine[0], spacing[1:]) / noise_sd(flat[0], spacing[1:])
        row['slice_ratio'] = roughness(hu, body) / roughness(truth, body)
        result[arm] = row
    return result


def seams(case, reading, started, k):
    """Largest difference in HU inside the body between the tiling and another one of the same slice, as a share of the noise scale."""
    tile = detail.TILE
    planes = []
    for size in (tile, 144):
        detail.TILE = size
        planes.append(case.stage.slices(reading, started, [k])[0])
    detail.TILE = tile
    return float(np.abs(planes[0] - planes[1]).max() / case.stage.scale), float(np.abs(planes[0] - planes[1]).mean() / case.stage.scale)


def block_of(scan, pixel, rng):
    """The middle of a volume, all rows and columns it has up to PIXELS, read with `pixel` mm."""
    scale = pixel / scan.spacing[1]
    hu = centre(scan.hu, PIXELS)
    first = int(rng.integers(0, max(1, len(hu) - 2 * SLICES + 1)))
    spacing = (scan.spacing[0] * scale, pixel, scan.spacing[2] * scale)
    return Scan(hu[first:first + SLICES], spacing), Scan(hu[first + SLICES:first + 2 * SLICES], spacing)


def scanners(rng, kind):
    a, b = draw(rng), draw(rng)
    change = lambda s, **k: Scanner(**{**s.__dict__, **k})
    if kind in ('less_dose', 'more_noise'):
        low = float(np.exp(rng.uniform(np.log(6), np.log(14))))
        high = low * float(rng.uniform(1.6, 3.5))
        a = change(a, sigma=high if kind == 'less_dose' else low)
        return a, change(a, sigma=low if kind == 'less_dose' else high)
    sharp, smooth = (a, b) if a.f50 > b.f50 else (b, a)
    sigma = float(np.exp(rng.uniform(np.log(8), np.log(30))))
    pair = [change(s, sigma=sigma, floor=1.) for s in (smooth, sharp)]
    return pair if kind == 'smooth_to_sharp' else pair[::-1]


def under_scanners(paths, kind, seed):
    """The same for a held-out volume under two simulated scanners; the reference is another volume or other slices."""
    rng = np.random.default_rng([5100, seed])
    volumes = [read_scan(p) for p in paths]
    index = seed % len(volumes)
    a, b = scanners(rng, kind)
    pixel = float(max(rng.choice([.65, .8, .95]), volumes[index].spacing[1] / 3))
    anatomy, other = block_of(volumes[index], pixel, rng)
    if len(other.hu) < 4 or rng.random() < .5:
        other = block_of(volumes[(index + 1) % len(volumes)], pixel, rng)[0]
    least = min(a.sigma, b.sigma)

    def rendered(scan):
        scene = Scene(scan, np.random.default_rng([seed, 9]))
        return scene.under(a, least), scene.under(b, least)
    return dict(volume=os.path.basename(paths[index]), families=[a.family, b.family], sigmas=[round(a.sigma, 1), round(b.sigma, 1)]), rendered, anatomy, Scene(other, rng).under(b, 0.)


def measured(networks, calibration, network, paths, kind, seed, timesteps):
    """One pair; None where even `on` finds too few flat patches."""
    is_inserted = kind in ('inserted_dose', 'inserted_noise')
    what, rendered, anatomy, reference = (dose_pair(paths[seed % len(paths)], TIMES[seed // len(paths) % 3], kind == 'inserted_dose', seed) if is_inserted
                                          else under_scanners(paths, kind, seed))
    used = evenly(len(anatomy.hu) - 2, MEASURED // 2) + 1
    used = np.unique(np.r_[used, used + 1])
    inserts = placed(anatomy, used, np.random.default_rng([seed, 8]))
    (source, truth), (source_in, truth_in) = rendered(anatomy), rendered(with_inserts(anatomy, inserts))
    case = Case(networks, calibration, network, source, [reference], timesteps=timesteps)
    if not case.enough:
        return None
    out, body = case.arms(source, used)
    out_in, _ = case.arms(source_in, used)
    values = compared(out, truth.hu[used], source.hu[used], body, source.spacing)
    true = inserted(truth.hu[used], truth_in.hu[used], used, inserts, source.spacing)
    mean = lambda v: round(float(np.mean(v)), 4) if len(v) else None
    for arm in out:
        both = list(zip(inserted(out[arm], out_in[arm], used, inserts, source.spacing), true))
        nodules = [(m[2] / t[2], m[3] / t[3]) for m, t in both if t[4] is None]
        values[arm]['nodule_contrast'], values[arm]['nodule_area'] = mean([n[0] for n in nodules]), mean([n[1] for n in nodules])
        values[arm]['edge_rise_ratio'] = {str(c): mean([m[4] / t[4] for m, t in both if t[4] and t[1] == c]) for c in (60, 150, 400)}
    return dict(kind=kind, **what, start_size=round(case.size, 3), strength=case.strength, dose=case.dose is not None, level=round(case.level, 3), shape=round(case.shape, 3),
                gains=[round(float(g), 3) for g in case.gains], patches=case.patches, inserts=len(inserts), values=values)


def kernel_pair(networks, calibration, network, folder, timesteps):
    smooth, sharp = (read_scan(os.path.join(folder, f'ct-lungdx-A0002-{k}.nii.gz')) for k in ('B40f', 'B70f'))
    half = smooth.hu.shape[0] // 2
    result = {}
    for name, source, target in (('B70f_to_B40f', sharp, smooth), ('B40f_to_B70f', smooth, sharp)):
        case = Case(networks, calibration, network, source, [Scan(target.hu[:half], target.spacing)], timesteps=timesteps)
        used = half + np.array([3, 4, 9])
        out, body = case.arms(source, used)
        values = compared(out, target.hu[used], source.hu[used], body, source.spacing)
        reading = chain.Reading(source, READ)
        largest, mean = seams(case, reading, out['ratio'][:1], int(used[0]))
        result[name] = dict(values=values, strength=case.strength, dose=case.dose is not None, level=case.level, shape=case.shape, seams=dict(largest=largest, mean=mean), seconds_per_slice=float(np.mean(case.seconds)))
        printed(name, values)
    return result


def printed(name, values):
    print(f'\n{name}')
    for arm, row in values.items():
        show = lambda v: f'{v:.3f}' if isinstance(v, float) else str(v)
        keys = ('mae', 'noise_sd_ratio', 'hf_sd_ratio', 'nps_deviation_mean', 'nps_deviation_max', 'slice_ratio', 'laa950', 'laa950_true', 'edge_rise_ratio', 'nodule_contrast', 'nodule_area', 'region_shift_p95')
        print(f'{arm:14s}', ' '.join(f'{k} {show(row[k])}' for k in keys if row.get(k) is not None), flush=True)


def summary(rows):
    """Medians over pairs, arm by arm."""
    out = {}
    for arm in ARMS:
        mine = [r['values'][arm] for r in rows]
        pick = lambda key: [m[key] for m in mine if m.get(key) is not None]
        middle = lambda values: round(float(np.median(values)), 3) if values else None
        out[arm] = {key: middle(pick(key)) for key in ('mae', 'noise_sd_ratio', 'hf_sd_ratio', 'nps_deviation_mean', 'nps_deviation_max', 'slice_ratio', 'region_shift_p95', 'nodule_contrast', 'nodule_area')}
        within = [abs(v - 1) < .1 for v in pick('noise_sd_ratio')]
        out[arm] |= dict(noise_sd_within_10=round(float(np.mean(within)), 2) if within else None,
                         edge_rise_ratio={c: middle([m['edge_rise_ratio'][c] for m in mine if m['edge_rise_ratio'][c]]) for c in ('60', '150', '400')})
    return out


def is_auto(row):
    return row['level'] <= HIGHEST_LEVEL and row['shape'] <= LARGEST_SHAPE and min(row['patches']) >= LEAST_PATCHES


def assembled(pair, rows):
    """What detail.json holds."""
    kinds = {}
    for kind in dict.fromkeys(r['kind'] for r in rows):
        mine = [r for r in rows if r['kind'] == kind]
        auto = [r for r in mine if is_auto(r)]
        kinds[kind] = dict(pairs=len(mine), auto=len(auto), all=summary(mine), where_auto_runs=summary(auto) if auto else None)
        printed(f'{kind}: medians of {len(mine)} pairs', kinds[kind]['all'])
        if auto and len(auto) < len(mine):
            printed(f'{kind}: medians of the {len(auto)} where auto runs the stage', kinds[kind]['where_auto_runs'])
    return dict(kernel_pair=pair, kinds=kinds, rows=rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('bundle', 'network', 'pair'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--scans', nargs='+', required=True, help='real scans that get noise inserted')
    parser.add_argument('--volumes', nargs='+', required=True, help='held-out volumes for simulated scanners')
    parser.add_argument('--timesteps', type=float, nargs='+', default=list(detail.TIMESTEPS))
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    calibration, network = manifest['calibration'], detail.load(options.network)
    pair, rows = kernel_pair(networks, calibration, network, options.pair, options.timesteps), []
    for kind, pairs in KINDS.items():
        found, paths = 0, options.scans if kind.startswith('inserted') else options.volumes
        for seed in range(4 * pairs):
            row = measured(networks, calibration, network, paths, kind, seed, options.timesteps) if found < pairs else None
            if row:
                found += 1
                rows.append(row)
                print(kind, row['volume'], row.get('times'), row['level'], row['shape'], {a: round(v['mae'], 2) for a, v in row['values'].items()}, flush=True)
    result = assembled(pair, rows)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
