import type { PixelForm } from '../instanceHeader.ts';

/** Lowest and highest stored value that a pixel form can hold. */
export function storedRange({ bitsStored, isSigned }: PixelForm): readonly [number, number] {
  return isSigned ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
}
