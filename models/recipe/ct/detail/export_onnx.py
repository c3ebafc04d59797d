"""Averaged weights → detail.onnx, entered in an existing CT bundle's manifest with its measured parity.

python -m ct.detail.export_onnx --checkpoint FILE --bundle ../ct-kernel/VERSION
python -m ct.detail.export_onnx --tiny --bundle ../../test/support/tinyCtBundle      random small weights for tests
"""
import argparse
import hashlib
import json
import os

import numpy as np
import onnxruntime
import torch

from ct.detail.conditions import DETAIL_SCALE
from ct.detail.network import CONDITIONS, DetailDenoiser, Size
from ct.export_onnx import PARITY_LIMIT, kept, save
from loss import TIMESTEPS

PLANE = ['8*J', '8*I']  # any multiple of 8
INPUTS = [('image', ['n', 3, *PLANE]), ('noisy_detail', ['n', 1, *PLANE]), ('condition', ['n', CONDITIONS]), ('timestep', ['n'])]
OUTPUTS = [('v', ['n', 1, *PLANE])]


def example(n, rows, columns, seed):
    g = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(shape, generator=g)
    return draw(n, 3, rows, columns), draw(n, 1, rows, columns), .5 * draw(n, CONDITIONS), torch.tensor([TIMESTEPS[i % 4] for i in range(n)])


def export(network, path):
    """Writes the file; returns the largest difference to PyTorch over batches and tile sizes."""
    free = {'n': torch.export.Dim('n', min=1, max=64)} | {f'8*{a}': 8 * torch.export.Dim(a, min=1, max=256) for a in 'JI'}
    dynamic = tuple({i: free[s] for i, s in enumerate(shape) if isinstance(s, str)} for _, shape in INPUTS)
    program = torch.onnx.export(network, example(2, 32, 40, 1), dynamo=True, opset_version=18, input_names=[i for i, _ in INPUTS],
                                output_names=[o for o, _ in OUTPUTS], dynamic_shapes=dynamic, verbose=False)
    program.optimize()
    save(program.model_proto, 'detail', path)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    worst = 0.
    for seed, (n, rows, columns) in enumerate(((1, 8, 8), (3, 64, 48), (1, 192, 192))):
        tensors = example(n, rows, columns, 10 + seed)
        with torch.no_grad():
            ours = network(*tensors).numpy()
        theirs, = session.run(None, {i: t.numpy() for (i, _), t in zip(INPUTS, tensors)})
        worst = max(worst, float(np.abs(ours - theirs).max()))
    return worst


def entered(manifest, path, parity):
    """The manifest with the optional network; nothing else in it changes."""
    with open(path, 'rb') as f:
        content = f.read()
    tensors = lambda pairs: [dict(name=n, dtype='float32', shape=s) for n, s in pairs]
    manifest['networks']['detail'] = dict(path='detail.onnx', inputs=tensors(INPUTS), outputs=tensors(OUTPUTS))
    manifest['detail'] = dict(scale=DETAIL_SCALE)
    manifest['parity']['maxAbsDifference']['detail'] = parity
    manifest['files'] = [f for f in manifest['files'] if f['path'] != 'detail.onnx'] + [dict(path='detail.onnx', sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))]
    return manifest


def trained(options):
    """The network of a checkpoint, or a small one with random weights."""
    torch.manual_seed(0)
    network = DetailDenoiser(Size((8, 8, 8), 16)) if options.tiny else DetailDenoiser()
    if options.tiny:
        for p in network.parameters():
            torch.nn.init.normal_(p, 0, .15)
    else:
        stored = torch.load(options.checkpoint, map_location='cpu', weights_only=True)['average']
        network.load_state_dict({k.removeprefix('denoiser.'): v for k, v in stored.items()})
    return network.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--checkpoint')
    parser.add_argument('--tiny', action='store_true')
    parser.add_argument('--detail-of', metavar='BUNDLE', help='copy the network of this bundle')
    options = parser.parse_args()
    path = os.path.join(options.bundle, 'detail.onnx')
    parity = kept('detail', options.detail_of, options.bundle) if options.detail_of else export(trained(options), path)
    if parity > PARITY_LIMIT:
        raise SystemExit(f'parity {parity} is above {PARITY_LIMIT}')
    at = os.path.join(options.bundle, 'manifest.json')
    with open(at) as f:
        manifest = json.load(f)
    with open(at, 'w') as f:
        json.dump(entered(manifest, path, parity), f, indent=2)
        f.write('\n')
    print(json.dumps(dict(bytes=os.path.getsize(path), parity=parity)))


if __name__ == '__main__':
    main()
