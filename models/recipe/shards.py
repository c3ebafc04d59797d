"""Samples on disk: numbered shards, each seeded by (seed, number); restart to resume at the first missing one."""
import json
import os
import time

import numpy as np


def write_shards(folder, seed, numbers, draw):
    """Write `draw(rng)`, a dict of arrays, for every number whose shard is missing; one JSON line a shard."""
    os.makedirs(folder, exist_ok=True)
    for number in numbers:
        path = os.path.join(folder, f'{seed:03d}-{number:05d}.npz')
        if os.path.exists(path):
            continue
        begin = time.time()
        arrays = draw(np.random.default_rng([seed, number]))
        with open(path + '.partial', 'wb') as f:
            np.savez(f, **arrays)
        os.rename(path + '.partial', path)
        print(json.dumps(dict(shard=number, seconds=round(time.time() - begin, 1))), flush=True)
