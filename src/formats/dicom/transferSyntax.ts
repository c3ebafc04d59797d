/** Data table: the transfer syntaxes concord reads, and who decodes their pixels (stack.md §5). */
export type PixelCoding =
  | 'native'
  | 'rle'
  | 'jpeg-baseline'
  | 'jpeg-extended'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'jpeg-xl';

type TransferSyntaxEntry = Readonly<{
  name: string;
  coding: PixelCoding;
  /** Of the data set: byte order, and whether VRs are written out. */
  bigEndian?: true;
  implicit?: true;
  deflated?: true;
  /** Loses by its very method; where absent, the instance says whether anything was lost. */
  lossy?: true;
}>;

export const transferSyntaxes: Readonly<Record<string, TransferSyntaxEntry>> = {
  '1.2.840.10008.1.2': { name: 'Implicit VR Little Endian', coding: 'native', implicit: true },
  '1.2.840.10008.1.2.1': { name: 'Explicit VR Little Endian', coding: 'native' },
  '1.2.840.10008.1.2.1.99': { name: 'Deflated Explicit VR Little Endian', coding: 'native', deflated: true },
  '1.2.840.10008.1.2.2': { name: 'Explicit VR Big Endian', coding: 'native', bigEndian: true },
  '1.2.840.10008.1.2.5': { name: 'RLE Lossless', coding: 'rle' },
  '1.2.840.10008.1.2.4.50': { name: 'JPEG Baseline', coding: 'jpeg-baseline', lossy: true },
  '1.2.840.10008.1.2.4.51': { name: 'JPEG Extended', coding: 'jpeg-extended', lossy: true },
  '1.2.840.10008.1.2.4.57': { name: 'JPEG Lossless', coding: 'jpeg-lossless' },
  '1.2.840.10008.1.2.4.70': { name: 'JPEG Lossless SV1', coding: 'jpeg-lossless' },
  '1.2.840.10008.1.2.4.80': { name: 'JPEG-LS Lossless', coding: 'jpeg-ls' },
  '1.2.840.10008.1.2.4.81': { name: 'JPEG-LS Near-lossless', coding: 'jpeg-ls' },
  '1.2.840.10008.1.2.4.90': { name: 'JPEG 2000 Lossless', coding: 'jpeg-2000' },
  '1.2.840.10008.1.2.4.91': { name: 'JPEG 2000', coding: 'jpeg-2000' },
  '1.2.840.10008.1.2.4.201': { name: 'HTJ2K Lossless', coding: 'htj2k' },
  '1.2.840.10008.1.2.4.202': { name: 'HTJ2K Lossless RPCL', coding: 'htj2k' },
  '1.2.840.10008.1.2.4.203': { name: 'HTJ2K', coding: 'htj2k' },
  '1.2.840.10008.1.2.4.110': { name: 'JPEG XL Lossless', coding: 'jpeg-xl' },
  '1.2.840.10008.1.2.4.111': { name: 'JPEG XL JPEG Recompression', coding: 'jpeg-xl', lossy: true },
  '1.2.840.10008.1.2.4.112': { name: 'JPEG XL', coding: 'jpeg-xl' },
};

export type TransferSyntax = TransferSyntaxEntry & Readonly<{ uid: string }>;

export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  const entry = transferSyntaxes[uid];
  return entry && { ...entry, uid };
}
