"""The replay buffer: all shards that exist, refreshed while the simulator still writes."""
import glob
import os

import numpy as np
import torch


class Samples:
    """Arrays in float16, in memory; `batch` gives float32 tensors with random left-right flips. Samples whose kind_code (simulate.py) is `without` are left out."""

    def __init__(self, folder, limit=None, without=None):
        self.folder, self.limit, self.without, self.seen, self.arrays = folder, limit, without, set(), {}
        self.refresh()

    def refresh(self):
        """Take up new shards; how many samples there are."""
        new = [p for p in sorted(glob.glob(os.path.join(self.folder, '*.npz'))) if p not in self.seen]
        for path in new:
            if self.limit and len(self) >= self.limit:
                break
            with np.load(path) as shard:
                kept = shard['kind_code'] != self.without
                for key in shard.files:
                    self.arrays.setdefault(key, []).append(shard[key][kept])
            self.seen.add(path)
        return len(self)

    def __len__(self):
        return sum(len(a) for a in self.arrays.get('shift', []))

    def batch(self, rng, size, keys):
        shard = rng.integers(len(self.seen), size=size)
        row = [rng.integers(len(self.arrays['shift'][s])) for s in shard]
        flip = rng.random(size) < .5
        out = []
        for key in keys:
            rows = [self.arrays[key][s][r] for s, r in zip(shard, row)]
            rows = [v[..., ::-1] if f and v.ndim == 4 else v for v, f in zip(rows, flip)]
            out.append(torch.from_numpy(np.stack(rows).astype(np.float32)))
        return out
