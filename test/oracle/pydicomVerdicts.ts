// A data table: what concord says of every test file that comes with pydicom 3.0.2, each offered alone and with derived images
// allowed. Each row was compared with what pydicom and dcmdump show of its files.

/** Verdict → files below pydicom/data/test_files; `*` is every file of a folder. */
export const pydicomVerdicts: Readonly<Record<string, readonly string[]>> = {
  // Slices of CT and MR, alone: what their pixels hold is compared with pydicom. MR_truncated.dcm lacks pixels too, which shows
  // only where pixels are read; 693_J2KI.dcm, examples_overlay.dcm, MR_small* and MR700 are derived.
  TOO_FEW_SLICES: [
    '693_J2KI.dcm', 'CT_small.dcm', 'J2K_pixelrep_mismatch.dcm', 'MR_small.dcm', 'MR_small_RLE.dcm', 'MR_small_bigendian.dcm',
    'MR_small_expb.dcm', 'MR_small_implicit.dcm', 'MR_small_jp2klossless.dcm', 'MR_small_jpeg_ls_lossless.dcm', 'MR_small_padded.dcm',
    'MR_truncated.dcm', 'dicomdirtests/77654033/CT2/*', 'dicomdirtests/98892001/CT5N/*', 'dicomdirtests/98892003/MR1/*',
    'dicomdirtests/98892003/MR2/*', 'dicomdirtests/98892003/MR700/*', 'examples_overlay.dcm',
  ],
  // Screenshots and other secondary captures, ultrasound, radiographs, one portal image of radiotherapy.
  UNSUPPORTED_SOP_CLASS: [
    'ExplVR_BigEnd.dcm', 'GDCMJ2K_TextGBR.dcm', 'JPEG-lossy.dcm', 'JPEG2000-embedded-sequence-delimiter.dcm', 'JPEG2000.dcm',
    'JPEGLSNearLossless_08.dcm', 'JPEGLSNearLossless_16.dcm', 'JPGExtended.dcm', 'SC_jpeg_no_color_transform.dcm',
    'SC_jpeg_no_color_transform_2.dcm', 'SC_rgb_dcmtk_+eb+cr.dcm', 'SC_rgb_dcmtk_+eb+cy+n1.dcm', 'SC_rgb_dcmtk_+eb+cy+n2.dcm',
    'SC_rgb_dcmtk_+eb+cy+np.dcm', 'SC_rgb_dcmtk_+eb+cy+s2.dcm', 'SC_rgb_dcmtk_+eb+cy+s4.dcm', 'SC_rgb_gdcm_KY.dcm',
    'SC_rgb_jls_lossy_line.dcm', 'SC_rgb_jls_lossy_sample.dcm', 'SC_rgb_jpeg_app14_dcmd.dcm', 'SC_rgb_jpeg_dcmd.dcm',
    'SC_rgb_jpeg_dcmtk.dcm', 'SC_rgb_jpeg_gdcm.dcm', 'SC_rgb_jpeg_lossy_gdcm.dcm', 'SC_rgb_rle.dcm', 'SC_rgb_rle_16bit.dcm',
    'SC_rgb_rle_16bit_2frame.dcm', 'SC_rgb_rle_2frame.dcm', 'SC_rgb_rle_32bit.dcm', 'SC_rgb_rle_32bit_2frame.dcm', 'SC_rgb_small_odd.dcm',
    'SC_rgb_small_odd_big_endian.dcm', 'SC_rgb_small_odd_jpeg.dcm', 'SC_ybr_full_422_uncompressed.dcm', 'dicomdirtests/77654033/CR1/6154',
    'dicomdirtests/77654033/CR2/6247', 'dicomdirtests/77654033/CR3/6278', 'examples_jpeg2k.dcm', 'examples_palette.dcm',
    'examples_rgb_color.dcm', 'examples_ybr_color.dcm', 'image_dfl.dcm', 'no_meta_group_length.dcm',
  ],
  // Plans, doses, structures, segmentations, reports, waveforms.
  NOT_IMAGE: [
    'ExplVR_BigEndNoMeta.dcm', 'ExplVR_LitEndNoMeta.dcm', 'badVR.dcm', 'liver_1frame.dcm', 'liver_expb_1frame.dcm',
    'reportsi.dcm', 'reportsi_with_empty_number_tags.dcm', 'rtdose.dcm', 'rtdose_1frame.dcm',
    'rtdose_expb.dcm', 'rtdose_expb_1frame.dcm', 'rtdose_rle.dcm', 'rtdose_rle_1frame.dcm', 'rtplan.dcm', 'rtplan_truncated.dcm',
    'rtstruct.dcm', 'test-SR.dcm', 'waveform_ecg.dcm',
  ],
  // No DICOM that can be recognised: zipMR.gz is a compressed slice, no_meta.dcm a CT slice behind one stray byte, which pydicom
  // and dcmdump cannot read either.
  UNSUPPORTED_FORMAT: [
    'README.txt', 'crayons.icc', 'dicomdirtests/README.txt', 'dicomdirtests/TINY_ALPHA/README', 'no_meta.dcm', 'rtplan.dump',
    'rtstruct.dump', 'test1.json', 'test_PN.json', 'zipMR.gz',
  ],
  // Fragments made for tests: no pixels at all (TINY_ALPHA, UN_sequence, priv_SQ), no SOP class (empty_charset_LEI), no transfer syntax
  // (meta_missing_tsyntax), nested sequences that the parser cannot take (nested_priv_SQ). SC_rgb_jpeg.dcm is implicit VR under a
  // transfer syntax of explicit VR.
  MALFORMED: [
    'SC_rgb_jpeg.dcm', 'UN_sequence.dcm', 'dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/*', 'empty_charset_LEI.dcm',
    'meta_missing_tsyntax.dcm', 'nested_priv_SQ.dcm', 'priv_SQ.dcm',
  ],
  // Scouts of a CT.
  LOCALIZER: [
    'dicomdirtests/98892001/CT2N/*',
  ],
  // Indices of exports, counted and passed over.
  'DICOM index': [
    'dicomdirtests/DICOMDIR', 'dicomdirtests/DICOMDIR-bigEnd', 'dicomdirtests/DICOMDIR-empty.dcm', 'dicomdirtests/DICOMDIR-implicit',
    'dicomdirtests/DICOMDIR-nooffset', 'dicomdirtests/DICOMDIR-nopatient', 'dicomdirtests/DICOMDIR-reordered',
    'dicomdirtests/TINY_ALPHA/DICOMDIR',
  ],
};
