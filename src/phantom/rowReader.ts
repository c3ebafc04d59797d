import { fieldNames, outerFieldNames, LATTICE_MM, type AnatomyFields, type FieldName } from './anatomyFields.ts';

/** Reads the lattice along one grid row: four lattice rows are blended once, then each voxel costs one interpolation. */
export class RowReader {
  private readonly fields: AnatomyFields;
  readonly lines: Readonly<Record<FieldName, Float32Array>>;
  private readonly cell: Uint16Array;
  private readonly weight: Float32Array;

  constructor(fields: AnatomyFields, voxels: number, spacingMm: number) {
    this.fields = fields;
    this.lines = Object.fromEntries(fieldNames.map((name) => [name, new Float32Array(fields.shape[0])])) as Record<FieldName, Float32Array>;
    this.cell = new Uint16Array(voxels);
    this.weight = new Float32Array(voxels);
    for (let i = 0; i < voxels; i++) {
      const at = ((i + 0.5) * spacingMm) / LATTICE_MM;
      this.cell[i] = Math.floor(at);
      this.weight[i] = at - Math.floor(at);
    }
  }

  /** Goes to the row at (y, z) mm from the lattice's corner. Returns whether it comes near the head. */
  moveTo(y: number, z: number): boolean {
    this.blend('skin', y, z);
    const { skin, vault } = this.lines;
    if (!comesNear(skin)) return false;
    this.blend('vault', y, z);
    for (const name of comesNear(vault) ? fieldNames : outerFieldNames) this.blend(name, y, z);
    return true;
  }

  /** `line`: one of `lines`; a property read at the call is faster than a name passed here. */
  at(line: Float32Array, i: number): number {
    const cell = this.cell[i]!;
    const left = line[cell]!;
    return left + this.weight[i]! * (line[cell + 1]! - left);
  }

  private blend(name: FieldName, y: number, z: number): void {
    const [nx, ny] = this.fields.shape;
    const j = Math.floor(y / LATTICE_MM);
    const k = Math.floor(z / LATTICE_MM);
    const v = y / LATTICE_MM - j;
    const w = z / LATTICE_MM - k;
    const source = this.fields.values[name];
    const line = this.lines[name];
    const near = (k * ny + j) * nx;
    const far = near + ny * nx;
    for (let i = 0; i < nx; i++) {
      const low = source[near + i]! + v * (source[near + nx + i]! - source[near + i]!);
      const high = source[far + i]! + v * (source[far + nx + i]! - source[far + i]!);
      line[i] = low + w * (high - low);
    }
  }
}

function comesNear(line: Float32Array): boolean {
  for (const distance of line) if (distance < LATTICE_MM) return true;
  return false;
}
