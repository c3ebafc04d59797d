"""Averaged weights → a CT bundle: four ONNX files and manifest.json, with the measured parity.

python -m ct.export_onnx --checkpoints DIR --bundle ../ct-kernel/0.6.0 --version 0.6.0 [--calibration F] [--evaluation F]
python -m ct.export_onnx --tiny ../../test/support/tinyCtBundle       random small weights for tests, no checkpoints needed
"""
import argparse
import json
import os
import platform
import shutil

import numpy as np
import onnx
import onnxruntime
import torch

from ct.bands import BANDS
from ct.cells import CELL_MM
from ct.gain_start import Readers
from ct.gain_statistics import CHANNELS, CLASS_COUNT
from ct.kernel_look import LENGTH
from ct.kernel_reader import KernelReader, ReaderEnsemble
from ct.networks import FIELD, Denoiser, Size, StyleDecoder, StyleEncoder
from ct.noise import SHARED, smooth_noise
from ct.simulate import FIELD_SCALE
from export_onnx import TIMESTEPS, described

PARITY_LIMIT = 1e-4
GRIDS = ((1, 2, 3), (5, 7, 6))
TRAINED_ON = [
    'TotalSegmentator example CTs: aorta and example (Apache-2.0, Wasserthal et al. 2023), under simulated kernels, doses and slice thicknesses',
    'IBSI soft-tissue-sarcoma CT STS_002 (CC BY 3.0, Vallieres et al. 2015), likewise',
    'GE HiSpeed head CT of dcm_qa_ct (BSD-2-Clause, C. Rorden), likewise',
]


def interfaces(code):
    """Names and shapes of every tensor; words are free dimensions."""
    grid = lambda channels: ['n', channels, 'Z', 'Y', 'X']
    return {
        'style_encoder': ([('statistics', grid(CHANNELS))], [('style_code', ['n', code])]),
        'style_decoder': ([('style_code', ['n', code])], [('style_map', ['n', FIELD])]),
        'denoiser': ([('statistics', grid(CHANNELS)), ('style_map', ['n', FIELD]), ('noisy_field', grid(FIELD)), ('timestep', ['n']),
                      ('reference_code', ['n', code]), ('source_code', ['n', code]), ('start_log_gain', ['n', BANDS]),
                      ('source_spectra', ['n', FIELD]), ('reference_spectra', ['n', FIELD])], [('v', grid(FIELD))]),
        'kernel_reader': ([('source_look', ['n', LENGTH]), ('reference_look', ['n', LENGTH])], [('log_gain', ['n', BANDS])]),
    }


def example(name, shape, n, grid, seed):
    g = torch.Generator().manual_seed(seed)
    shape = [dict(n=n, Z=grid[0], Y=grid[1], X=grid[2]).get(s, s) for s in shape]
    if name == 'noisy_field':
        return smooth_noise(n, grid, g)
    if name == 'timestep':
        return torch.tensor([float(TIMESTEPS[i % 4]) for i in range(n)])
    if name in ('statistics', 'style_map'):
        return torch.rand(shape, generator=g) * 2
    return torch.randn(shape, generator=g)


def export(network, name, interface, path):
    """Writes one ONNX file; returns the largest difference to PyTorch over batches and grids."""
    inputs, outputs = interface
    given = lambda n, grid, seed: [example(i, s, n, grid, 100 * k + seed) for k, (i, s) in enumerate(inputs)]  # inputs of one kind must differ
    dims = dict(n=torch.export.Dim('n', min=1, max=64), **{a: torch.export.Dim(a, min=1, max=64) for a in 'ZYX'})
    dynamic = tuple({i: dims[s] for i, s in enumerate(shape) if isinstance(s, str)} for _, shape in inputs)
    program = torch.onnx.export(network, tuple(given(2, (3, 4, 5), 1)), dynamo=True, opset_version=18, input_names=[i for i, _ in inputs],
                                output_names=[o for o, _ in outputs], dynamic_shapes=dynamic, verbose=False)
    program.optimize()
    save(program.model_proto, name, path)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    worst = 0.
    for n, grid in zip((1, 5), GRIDS):
        tensors = given(n, grid, 10 + n)
        with torch.no_grad():
            ours = network(*tensors).numpy()
        theirs, = session.run(None, {i: t.numpy() for (i, _), t in zip(inputs, tensors)})
        worst = max(worst, float(np.abs(ours - theirs).max()))
    return worst


def save(model, name, path):
    """The checked model without the exporter's notes: the same weights give the same bytes."""
    del model.metadata_props[:]
    model.graph.name, model.doc_string = name, ''
    model.producer_name, model.producer_version = 'concord recipe', ''
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.initializer):
        if hasattr(part, 'metadata_props'):
            del part.metadata_props[:]
        part.doc_string = ''
    onnx.checker.check_model(model)
    with open(path, 'wb') as f:
        f.write(model.SerializeToString())


def kept(name, source, bundle):
    """Copies a network of another bundle as it is; returns the difference that its manifest tells."""
    shutil.copyfile(os.path.join(source, name + '.onnx'), os.path.join(bundle, name + '.onnx'))
    with open(os.path.join(source, 'manifest.json')) as f:
        return json.load(f)['parity']['maxAbsDifference'][name]


def load(checkpoints, size, kept_ones=()):
    networks = dict(style_encoder=StyleEncoder(size), style_decoder=StyleDecoder(size), denoiser=Denoiser(size), kernel_reader=ReaderEnsemble([KernelReader(size.reader).answer_by_flat_patches()]))
    if checkpoints:
        for key, stage in dict(style_encoder='style', style_decoder='style', denoiser='field').items():
            if key in kept_ones:
                continue
            prefix = key.removeprefix('style_') + '.'
            state = torch.load(os.path.join(checkpoints, stage + '.pt'), map_location='cpu', weights_only=True)['average']
            networks[key].load_state_dict({k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)})
        networks['kernel_reader'] = Readers(checkpoints).without()
    return {k: n.eval() for k, n in networks.items()}


def manifest(options, size, parity, calibration, evaluation):
    tensors = lambda pairs: [dict(name=n, dtype='float32', shape=s) for n, s in pairs]
    networks = {name: dict(path=name + '.onnx', inputs=tensors(i), outputs=tensors(o)) for name, (i, o) in interfaces(size.code).items()}
    return dict(
        schemaVersion=1, id=options.id, version=options.version, changelog={options.version: options.change}, modality='CT',
        task='Harmonization of CT reconstruction kernels: local radial band gains generated by few-step diffusion',
        description='Kernel reader, style encoder, style decoder and gain-field denoiser on 48 mm cells with 4 HU classes and 12 radial bands.',
        license='Apache-2.0', intended_use='Research on CT cohorts. For research use only. Not for use in diagnostic procedures.',
        not_for='Diagnosis; dual-energy maps, projections and reformats; denoising beyond the noise of a reference; images that are not in Hounsfield units.',
        references=['DDIM: arXiv 2010.02502', 'v-prediction: arXiv 2202.00512', 'zero terminal SNR: arXiv 2305.08891'],
        trained_on=TRAINED_ON if options.checkpoints else ['nothing: random weights for tests'],
        framework_versions=dict(torch=torch.__version__.split('+')[0], onnx=onnx.__version__, onnxruntime=onnxruntime.__version__, python=platform.python_version()),
        conform=dict(orientation='RAS', intensity='hounsfield'), statistics=dict(cellMm=CELL_MM, bands=BANDS, classes=CLASS_COUNT),
        style=dict(codeLength=size.code), field=dict(scale=FIELD_SCALE),
        sampler=dict(prediction_type='v_prediction', num_train_timesteps=1000, beta_schedule='cosine', timesteps=TIMESTEPS,
                     noise=dict(cellSigma=1, bandSigma=2, classShare=SHARED)),
        networks=networks, parity=dict(limit=PARITY_LIMIT, maxAbsDifference=parity), calibration=calibration,
        files=[described(os.path.join(options.bundle, n + '.onnx')) for n in networks], eval_metrics=evaluation)


def nothing_is_refused(code):
    """The calibration of a bundle that was never calibrated: full strength, no limit that a scan could reach."""
    return dict(shrinkage=dict(startSize=[0, 1], **{'lambda': [1, 1]}), residual=1, redrawError=dict(p995=1e6), uncertainty=dict(limit=1e6),
                codeSpread=dict(mean=[0.] * code, precision=np.eye(code).tolist(), p995=1e6))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoints')
    parser.add_argument('--bundle')
    parser.add_argument('--tiny')
    parser.add_argument('--keep', nargs='+', metavar='BUNDLE NETWORK', default=[None], help='copy these networks of another bundle: what is measured with them stays, and saved styles of an encoder')
    parser.add_argument('--id', default='ct-kernel')
    parser.add_argument('--version', default='0.0.1')
    parser.add_argument('--change', default='First weights.')
    parser.add_argument('--calibration', help='calibration.json of ct.calibrate')
    parser.add_argument('--evaluation', nargs='*', default=[], help='JSON files of the measurements, for eval_metrics')
    options = parser.parse_args()
    torch.manual_seed(0)
    size = Size()
    if options.tiny:
        options.bundle, options.id, options.change, options.checkpoints = options.tiny, 'tiny-ct', 'Random weights for tests.', None
        size = Size(code=16, encoder=8, decoder=16, width=8, embedding=16, reader=8)
    os.makedirs(options.bundle, exist_ok=True)
    other, *kept_ones = options.keep
    networks = load(options.checkpoints, size, kept_ones)
    if options.tiny:  # the output layers start at zero; tests want a network that answers
        for p in networks['denoiser'].parameters():
            torch.nn.init.normal_(p, std=.05)
    parity = {name: kept(name, other, options.bundle) if name in kept_ones else export(networks[name], name, interface, os.path.join(options.bundle, name + '.onnx'))
              for name, interface in interfaces(size.code).items()}
    if max(parity.values()) > PARITY_LIMIT:
        raise SystemExit(f'parity with PyTorch is broken: {parity}')
    read = lambda path: json.load(open(path))
    calibration = read(options.calibration) if options.calibration else nothing_is_refused(size.code)
    evaluation = {k: v for path in options.evaluation for k, v in read(path).items()}
    out = manifest(options, size, {k: float(f'{v:.3g}') for k, v in parity.items()}, calibration, evaluation)
    with open(os.path.join(options.bundle, 'manifest.json'), 'w') as f:
        json.dump(out, f, indent=2)
        f.write('\n')
    print(json.dumps(dict(bundle=options.bundle, parity=parity, bytes=sum(x['bytes'] for x in out['files']))))


if __name__ == '__main__':
    main()
