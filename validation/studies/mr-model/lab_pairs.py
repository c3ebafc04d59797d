"""concord on the first study's simulated pairs, by the study's masks and error: python lab_pairs.py --pairs pairs.npz --bundle models/mr-head/VERSION [--json OUT]"""
import argparse
import json
import os
import sys
from functools import partial

import numpy as np
from scipy.ndimage import gaussian_filter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../models/recipe'))
import chain  # noqa: E402
import tone_field  # noqa: E402
from conform import CENTRE, TOP, place  # noqa: E402
from labels import head_box  # noqa: E402
from simulate import finished  # noqa: E402
from travel import Finished  # noqa: E402

ARMS = ('nothing', 'start', 'full strength', 'concord')


def conformed(volume):
    """A volume of the study [x, y, z] on 2 mm in our frame, and the way there for other volumes of its grid."""
    # its heads are centred already and a few lose their crown, which the search for a head would refuse
    x, y, half_x, half_y, top = head_box(gaussian_filter(volume, 1).T > .1)
    offset = tuple(int(np.floor(a + .5)) for a in (CENTRE[0] - x, CENTRE[1] - y, TOP - top))
    working, view = place(volume, offset)
    view[:max(0, int(np.flatnonzero(volume.max((0, 1)) > 0)[0]) + offset[2])] = False
    return Finished(working, view, half_x, half_y), lambda other: place(np.ascontiguousarray(other, np.float32), offset)[0]


def errors(networks, spread, pair, brain, seed):
    """[4 arms, head and brain]"""
    c, y, start = (pair[k].astype(np.float32) for k in ('source', 'truth', 'start'))
    r = pair['reference'].astype(np.float32).repeat(2, 0).repeat(2, 1).repeat(2, 2)
    (source, placed), (reference, _) = conformed(c), conformed(r)
    item = finished((source, placed(y) / reference.scale, source, [reference], 'study'), keep_volumes=True, look=partial(chain.tissue_look, networks))
    head, inside = (placed((c > .12) & (y > .05) & mask) > 0 for mask in (True, brain))
    fields = chain.sample_fields(networks, item, 8, seed=seed)
    restyled = (tone_field.apply_tone(chain.toned(item, fields, known), source.values, head) * reference.scale for known in (None, spread))
    made = placed(c)[head], placed(start)[head], *restyled
    return [[float(np.abs(v - placed(y)[head])[m].mean()) for m in (slice(None), inside[head])] for v in made]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pairs', required=True)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--json')
    options = parser.parse_args()
    networks, manifest = chain.load_bundle(options.bundle)
    stored = dict(np.load(options.pairs))
    brain = stored.pop('brain')
    rows = np.array([errors(networks, manifest['calibration']['personSpread'], {k: v[i] for k, v in stored.items()}, brain, i) for i in range(len(stored['source']))])
    found = {arm: dict(zip(('head', 'brain'), np.median(rows[:, a], 0).round(4).tolist()), worse_than_nothing=(rows[:, a] > 1.01 * rows[:, 0]).sum(0).tolist())
             for a, arm in enumerate(ARMS)}
    print(json.dumps(found, indent=1))
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(found, f, indent=1)


if __name__ == '__main__':
    main()
