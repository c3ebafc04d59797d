"""The weights of an exported network, to train on from: python onnx_weights.py NETWORK.onnx OUT.pt PREFIX [NAME=CONSTANT...]

What Stage's --init takes. A layer that the exporter folded into constants is named with the constant that holds it, e.g. norm.weight=val_249.
"""
import sys

import onnx
import torch
from onnx.numpy_helper import to_array


def weights_of(path, prefix, folded):
    """{prefix.name: tensor}; `folded` {name: constant}, whose tensors are flattened."""
    arrays = {i.name: torch.from_numpy(to_array(i).copy()) for i in onnx.load(path).graph.initializer}
    named = {k: v for k, v in arrays.items() if '.' in k or k == 'frequencies'} | {name: arrays[constant].flatten() for name, constant in folded.items()}
    return {f'{prefix}.{k}': v for k, v in named.items()}


if __name__ == '__main__':
    source, out, prefix, *folded = sys.argv[1:]
    torch.save(dict(average=weights_of(source, prefix, dict(f.split('=') for f in folded))), out)
