declare module '@cornerstonejs/dicom-codec' {
  type ImageInfo = Readonly<{
    rows: number;
    columns: number;
    bitsAllocated: number;
    samplesPerPixel: number;
    pixelRepresentation: number;
    signed: boolean;
  }>;
  type DecodedFrame = { imageFrame: Uint8Array | Int8Array | Uint16Array | Int16Array };
  const dicomCodec: {
    decode(frame: Uint8Array, info: ImageInfo, transferSyntaxUid: string): Promise<DecodedFrame>;
  };
  export default dicomCodec;
}
