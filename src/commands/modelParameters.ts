import { choice, flag, number, optionalText, switchOff } from './parameter.ts';

/** What every command that loads a model takes, with one wording. */
export const allowDerivedParameter = flag('Also take DICOM series computed from others (ImageType DERIVED)');
export const protocolParameter = optionalText('ID', 'Protocol: its id, id/version, or a JSON file', 't1w-head for MR, ct-kernel for CT');
export const bundleParameter = optionalText('DIR', 'Folder of the model bundle', "newest of the protocol's");
export const biasCorrectionParameter = switchOff('Leave the shading of source and reference as it is');
export const deviceParameter = choice('Where the networks run; never another one silently', ['auto', 'cpu', 'cuda', 'webgpu'], 'auto');
export const timeLimitParameter = number('Seconds one scan may take', { metavar: 'SEC', default: 600, min: 1 });
