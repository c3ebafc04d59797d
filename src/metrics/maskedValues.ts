/** The samples where the mask is 1, in voxel order. Two plain passes: several times faster than a filter with a callback. */
export function maskedValues(samples: Float32Array, mask: Uint8Array): Float32Array {
  let count = 0;
  for (let voxel = 0; voxel < mask.length; voxel++) if (mask[voxel] === 1) count++;
  const values = new Float32Array(count);
  for (let voxel = 0, n = 0; n < count; voxel++) if (mask[voxel] === 1) values[n++] = samples[voxel]!;
  return values;
}
