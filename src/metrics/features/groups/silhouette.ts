import { spacingOf } from '../../../core/affine.ts';
import { IBSI_SOURCE, type FeatureEntry, type FeatureGroup } from '../featureEntry.ts';
import { evenDirections, outlineRadii, silhouette, silhouetteSize } from '../outline.ts';

/** Where the rays of the outline start: the working frame's place of every brain, voxels. */
const CENTRE = [47.5, 59.5, 56] as const;
/** Rays below this (sine of the elevation) leave through the neck, where scans end at different heights. */
const LOWEST = -0.3;
const directions = evenDirections(62, LOWEST);

const SIZES = [
  { id: 'volume', name: 'volume', unit: 'cm³', ibsi: 'Volume (voxel counting)', formula: 'voxels · voxel volume' },
  { id: 'majorAxis', name: 'major axis', unit: 'mm', ibsi: 'Major axis length', formula: '4 sqrt(λ₁) of the voxel centres’ covariance' },
  { id: 'minorAxis', name: 'minor axis', unit: 'mm', ibsi: 'Minor axis length', formula: '4 sqrt(λ₂)' },
  { id: 'leastAxis', name: 'least axis', unit: 'mm', ibsi: 'Least axis length', formula: '4 sqrt(λ₃)' },
  { id: 'elongation', name: 'elongation', unit: 'ratio', ibsi: 'Elongation', formula: 'sqrt(λ₂ / λ₁)' },
  { id: 'flatness', name: 'flatness', unit: 'ratio', ibsi: 'Flatness', formula: 'sqrt(λ₃ / λ₁)' },
  { id: 'extentX', name: 'width', unit: 'mm', formula: 'bounding box, left to right' },
  { id: 'extentY', name: 'length', unit: 'mm', formula: 'bounding box, back to front' },
  { id: 'extentZ', name: 'height', unit: 'mm', formula: 'bounding box, bottom to top' },
] as const;

/** All that the silhouette-only probe sees: the filled mask's shape, no intensity. Of the head also its outline, ray by ray. */
function silhouetteGroup(region: 'brain' | 'head'): FeatureGroup {
  const title = region === 'brain' ? 'Brain mask' : 'Head outline';
  const sizes = SIZES.map(({ id, name, unit, formula, ...rest }): FeatureEntry => ({
    id: `silhouette.${region}.${id}`, family: 'silhouette', region, name: `${title}: ${name}`, unit, formula: `${formula}; largest part, axial holes filled`,
    source: 'ibsi' in rest ? IBSI_SOURCE : 'definition', absent: 'FLAT', ...rest,
  }));
  const rays = directions.map(([x, y, z], n): FeatureEntry => ({
    id: `silhouette.head.ray${String(n + 1).padStart(2, '0')}`, family: 'silhouette', region, name: `Head outline: radius ${n + 1} of ${directions.length}`, unit: 'mm',
    formula: `from (95, 119, 112) mm of the frame along (${x.toFixed(2)}, ${y.toFixed(2)}, ${z.toFixed(2)}) to the last voxel`, source: 'directions: Swinbank & Purser 2006', absent: 'FLAT',
  }));
  return {
    looksAt: region === 'brain' ? 'brain box' : 'whole scan',
    fromMasksAlone: true,
    entries: region === 'head' ? [...sizes, ...rays] : sizes,
    measure: (scan) => {
      const { shape, affine } = scan.working;
      const mask = silhouette(scan[region], shape);
      const spacing = spacingOf(affine);
      const { volumeCm3, axesMm, extentMm } = silhouetteSize(mask, shape, spacing);
      const [major, minor, least] = axesMm as [number, number, number];
      const numbers = [volumeCm3, major, minor, least, minor / major, least / major, ...extentMm];
      return region === 'head' ? [...numbers, ...outlineRadii(mask, shape, spacing[0], CENTRE, directions)] : numbers;
    },
  };
}

export const silhouetteGroups: readonly FeatureGroup[] = [silhouetteGroup('brain'), silhouetteGroup('head')];
