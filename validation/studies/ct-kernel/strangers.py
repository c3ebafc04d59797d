"""What the kernel reader tells between people: python validation/studies/ct-kernel/strangers.py --bundle models/ct-kernel/VERSION --data DIR --abdomen FILE --head FILE [--json OUT]

On real scans: B70f and B40f of one chest towards each of seven other people. Whatever the other's kernel is, the two answers must differ by what B70f and B40f differ by, which the pair shows voxel by voxel.
And Br38f, an abdomen under a like kernel of another scanner, as the reference of B70f, with B40f as the truth: the nearest there is to another patient under the same kernel.
On rendered scans: whole slices of two held-out people who show skin, each one's own kernel taken out as the skin shows it (people.py), under scanners that are known. The gains that the skin alone speaks for stand beside the
reader's: what the difference of two readings (ct/skin.py) is, times the slope that simulated skin has.
"""
import argparse
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../../../models/recipe'))
sys.path.insert(0, os.path.dirname(__file__))

from ct import chain, measures  # noqa: E402
from ct.bands import BANDS, GAIN_MAX, GAIN_MIN, band_weights, fft_size, spectrum  # noqa: E402
from ct.evaluate import as_shipped  # noqa: E402
from ct.gain_start import start_gain  # noqa: E402
from ct.hounsfield import read_scan, without_padding  # noqa: E402
from ct.reader_scans import log_transfer  # noqa: E402
from ct.render import white  # noqa: E402
from ct.simulate import scanners  # noqa: E402
from ct.skin import ENOUGH  # noqa: E402
from kernel_pair import Direction  # noqa: E402
from people import Person  # noqa: E402

SLICES, SEED = 12, 5200
JUDGED = slice(3, 8)   # bands 4 to 8: those below follow the fourth
SLOPE = .77            # of a reading on the log transfer, in simulated skin under 120 scanners (skin_profile.py): .60 to .79 in bands 2 to 8


def by_skin(source, reference):
    """[12] log gains that two readings of skin, (log amplitude, patches), speak for; None where either has too few."""
    return (reference[0] - source[0]) / SLOPE if min(source[1], reference[1]) >= ENOUGH else None


def root_mean_square(error):
    return round(float(np.sqrt((error ** 2).mean())), 3) if error.size else None


def transfer_between(source, target):
    """[12] log gains of the linear filter that brings one reconstruction to the other, both of the same raw data: cross over power spectra by band."""
    weights = band_weights(tuple(fft_size(n) for n in source.hu.shape[1:]), source.spacing[1:])[1:]
    cross, power = np.zeros(BANDS), np.zeros(BANDS)
    for a, b in zip(without_padding(source.hu), without_padding(target.hu)):
        a, b = spectrum(a), spectrum(b)
        cross += (weights * (b * np.conj(a)).real).sum((1, 2))
        power += (weights * np.abs(a) ** 2).sum((1, 2))
    return np.log(cross / power)


def towards_others(networks, sharp, smooth, others):
    """Rows of a person and what the answers differ by; sharp and smooth are Scans of one chest, others {name: path}."""
    truth = transfer_between(sharp, smooth)
    looks = [chain.Reading(s) for s in (sharp, smooth)]
    rows = []
    for name, path in others.items():
        other = chain.Reading(read_scan(path))
        answers = [np.log(start_gain(l.look, other.look, networks['reader'])) for l in looks]
        shown, skin = min(other.groups[1], JUDGED.stop), by_skin(looks[1].skin, other.skin)
        judged = slice(JUDGED.start, shown)
        rows.append(dict(person=name, skin_patches=int(other.skin[1]), flat_patches=int(other.flat[1]), difference=(answers[0] - answers[1])[:shown].round(3).tolist(), from_smooth=answers[1][:shown].round(3).tolist(),
                         skin_from_smooth=None if skin is None else skin[:shown].round(3).tolist(), error=root_mean_square((answers[0] - answers[1] - truth)[judged])))
    return dict(truth=truth.round(3).tolist(), by_skin=by_skin(*(l.skin for l in looks)).round(3).tolist(), rows=rows)


def like_kernel(networks, calibration, sharp, smooth, path):
    """B70f → B40f with Br38f of another person and scanner as the reference."""
    return Direction(sharp, smooth, sharp.hu.shape[0] // 2).towards(networks, calibration, [chain.Reading(read_scan(path))])


def log_gain(person, a, b):
    """[12] log gains from one scanner to another, within bounds."""
    return np.clip(log_transfer(person.transfer(b)) - log_transfer(person.transfer(a)), np.log(GAIN_MIN), np.log(GAIN_MAX))


def rendered(networks, calibration, paths, pairs):
    """Rows of rendered pairs, the reference another person: error of the log gains, and of the scan in HU."""
    people = [Person(p, SLICES) for p in paths]
    rows = []
    for n in range(pairs):
        rng = np.random.default_rng([SEED, n])
        while True:
            kind, a, b = scanners(rng)
            if kind in ('kernel', 'both'):
                break
        person, other = people[n % 2], people[1 - n % 2]
        shared, least = white(person.scan.hu.shape, rng), min(a.sigma, b.sigma)
        source, truth = (person.under(s, least * shared + np.sqrt(max(0., s.sigma ** 2 - least ** 2)) * white(person.scan.hu.shape, rng)) for s in (a, b))
        read, reference = chain.Reading(source), chain.Reading(other.under(b, b.sigma * white(other.scan.hu.shape, rng)))
        used, gains, skin = np.arange(1, SLICES, 4), log_gain(person, a, b), by_skin(read.skin, reference.skin)
        restyling = chain.Restyling(networks, read, [reference])
        shipped = as_shipped(restyling, calibration, n)
        body, hu, wanted = read.weight[used] > .5, source.hu[used], truth.hu[used]
        mae = lambda v: float(np.abs(v - wanted)[body].mean())
        rows.append(dict(kind=kind, families=[a.family, b.family], size=root_mean_square(gains[JUDGED]), error=root_mean_square((np.log(restyling.start) - gains)[JUDGED]), error_of_skin=None if skin is None else root_mean_square((skin - gains)[JUDGED]),
                         skin_patches=[int(read.skin[1]), int(reference.skin[1])], nothing=mae(hu), concord=mae(chain.Slices(read, used).under(shipped.nodes, shipped.dose)), best_linear=mae(measures.best_linear(hu, wanted, source.spacing))))
    median = lambda key: round(float(np.median([r[key] for r in rows if r[key] is not None])), 3)
    return dict(own=[dict(f50=round(p.own.f50, 3), power=round(p.own.power, 2)) for p in people], pairs=pairs, **{k: median(k) for k in ('size', 'error', 'error_of_skin', 'nothing', 'concord', 'best_linear')},
                share=round(float(np.median([(r['nothing'] - r['concord']) / (r['nothing'] - r['best_linear']) for r in rows])), 3), worse_than_nothing=round(float(np.mean([r['concord'] > 1.01 * r['nothing'] for r in rows])), 3), rows=rows)


def measure(networks, calibration, data, abdomen, head, pairs):
    volume = lambda name: os.path.join(data, 'ct/volumes', name + '.nii.gz')
    sharp, smooth = (read_scan(os.path.join(data, 'ct/kernel-pair', f'ct-lungdx-A0002-{k}.nii.gz')) for k in ('B70f', 'B40f'))
    others = {n: volume(n) for n in ('ct-totalseg-aorta', 'ct-totalseg-example', 'ct-totalseg-pulm', 'ibsi-STS_002-CT', 'ibsi-STS_010-CT')} | dict(head=head, abdomen=abdomen)
    return dict(towards_others=towards_others(networks, sharp, smooth, others), like_kernel=like_kernel(networks, calibration, sharp, smooth, abdomen),
                rendered=rendered(networks, calibration, [others['ibsi-STS_010-CT'], abdomen], pairs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('bundle', 'data', 'abdomen', 'head'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--pairs', type=int, default=24)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    result = measure(networks, manifest['calibration'], options.data, options.abdomen, options.head, options.pairs)
    for row in result['towards_others']['rows']:
        print(json.dumps(row))
    found = result['like_kernel']
    print(found['start'], {k: found['values']['model'][k] for k in ('mae', 'hf_sd_ratio', 'laa950', 'laa950_true')})
    print(json.dumps({k: v for k, v in result['rendered'].items() if k != 'rows'}))
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
