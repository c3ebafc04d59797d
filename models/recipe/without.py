"""What a part of the method is worth: the denoiser without it, in training (train.py --without) and at run time (ablate.py)."""
from simulate import KIND_CODES

INPUTS = ('statistics', 'style_map', 'noisy_field', 'timestep', 'reference_code', 'source_code', 'start_shift', 'source_map')  # of the denoiser, in order
SILENT_INPUTS = {'start': ('start_shift',), 'style-maps': ('style_map', 'source_map'), 'codes': ('reference_code', 'source_code')}
LEFT_OUT_KINDS = {'real-scans': KIND_CODES['real'], 'near-identical-pairs': KIND_CODES['near']}
PARTS = (*SILENT_INPUTS, *LEFT_OUT_KINDS)


class Silent:
    """A denoiser whose named inputs are zeros."""

    def __init__(self, network, *names):
        self.network, self.names = network, names

    def __call__(self, *tensors):
        return self.network(*[t * 0 if n in self.names else t for n, t in zip(INPUTS, tensors)])
