"""The start: twelve gains from two looks, read by the kernel reader (kernel_reader.py), before any other network."""
import glob
import os

import numpy as np
import torch

from ct.bands import BANDS, GAIN_MAX, GAIN_MIN, PARABOLA
from ct.kernel_look import encoded
from ct.kernel_reader import KernelReader, ReaderEnsemble


def start_gain(source, reference, reader):
    """[12] gains between two looks; ones when either scan has none. `reader` takes encoded looks, tensors [1, 63]."""
    if source is None or reference is None:
        return np.ones(BANDS)
    with torch.no_grad():
        log_gain = reader(*(torch.from_numpy(encoded(l))[None] for l in (source, reference)))[0].numpy()
    log_gain = log_gain.astype(np.float64)
    log_gain[:3] = PARABOLA * log_gain[3]
    return np.clip(np.exp(log_gain), GAIN_MIN, GAIN_MAX)


def start_size(gain):
    """How far a start is from leaving the scan alone: root mean square of the log gains of bands 1 to 8."""
    return float(np.sqrt((np.log(gain[:8]) ** 2).mean()))


class Readers:
    """Kernel readers of train_reader.py: of all volumes and of those that leave training volumes out. What is measured on a volume must not have been trained on it."""

    def __init__(self, folder):
        members = {}
        for path in sorted(glob.glob(os.path.join(folder, 'reader-*.pt'))):
            stored = torch.load(path, map_location='cpu', weights_only=True)
            network = torch.nn.ModuleDict(dict(reader=KernelReader()))
            network.load_state_dict(stored['average'])
            members.setdefault(frozenset(filter(None, stored['options']['without'].split(','))), []).append(network['reader'])
        self.networks = {names: ReaderEnsemble(m).eval().requires_grad_(False) for names, m in members.items()}
        self.volumes = frozenset().union(*self.networks)

    def without(self, volumes=()):
        """The reader that knows most volumes and none of these; those that were not trained on need not be left out."""
        out = frozenset(volumes) & self.volumes
        return self.networks[min((names for names in self.networks if out <= names), key=lambda names: (len(names), sorted(names)))]
