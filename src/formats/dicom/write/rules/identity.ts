import { IMPLEMENTATION_CLASS_UID } from '../implementation.ts';
import { instantAt } from '../instant.ts';
import { textElement, textOf } from '../element.ts';
import type { Element } from '../element.ts';
import type { InstanceFacts, Rule } from '../rule.ts';
import { tags } from '../tags.ts';

/** Data table: what an instance is, when it was made, and which series, study and patient it belongs to. */
export const identityRules: readonly Rule[] = [
  {
    id: 'D-01', action: 'SET', attributes: ['SOPClassUID', 'SOPInstanceUID'],
    says: 'The source\'s SOP class; a new instance UID, equal to the one in the file meta group.',
    write: ({ sourceSopClassUid, sopInstanceUid }) => [
      textElement(tags.SOPClassUID, 'UI', sourceSopClassUid),
      textElement(tags.SOPInstanceUID, 'UI', sopInstanceUid),
    ],
  },
  {
    id: 'D-02', action: 'SET', attributes: ['SeriesInstanceUID'],
    says: 'A new UID, one for each source series and run.',
    write: ({ series }) => [textElement(tags.SeriesInstanceUID, 'UI', series.seriesInstanceUid)],
  },
  {
    id: 'D-03', action: 'KEEP',
    attributes: [
      'StudyInstanceUID', 'StudyID', 'AccessionNumber', 'StudyDate', 'StudyTime', 'StudyDescription',
      'PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex',
    ],
    says: 'Study and patient stay byte for byte, the rest of their modules included.',
  },
  {
    id: 'D-04', action: 'KEEP', attributes: ['FrameOfReferenceUID', 'PositionReferenceIndicator'],
    says: 'Nothing is resampled, so the frame of reference is the source\'s.',
  },
  {
    id: 'D-07', action: 'SET', attributes: ['SeriesNumber'],
    says: 'A hundred times the source\'s number plus 1, or the next one that is free.',
    write: ({ series }) => [textElement(tags.SeriesNumber, 'IS', String(series.seriesNumber))],
  },
  {
    id: 'D-17', action: 'SET',
    attributes: [
      'InstanceCreationDate', 'InstanceCreationTime', 'InstanceCreatorUID', 'ContentDate', 'ContentTime', 'SeriesDate', 'SeriesTime',
    ],
    says: 'The moment of the job, one for all its instances; `SOURCE_DATE_EPOCH` where it is set.',
    write: creationElements,
  },
  {
    id: 'D-17', action: 'KEEP', attributes: ['AcquisitionDate', 'AcquisitionTime', 'TimezoneOffsetFromUTC'],
    says: 'The acquisition keeps its moment, and all times the source\'s offset from UTC.',
  },
  { id: 'D-18', action: 'KEEP', attributes: ['SpecificCharacterSet'], says: 'Text is copied as bytes, so its character set stays true.' },
  {
    id: 'D-33', action: 'KEEP',
    attributes: [
      'RequestAttributesSequence', 'ReferencedPerformedProcedureStepSequence', 'PerformedProcedureStepStartDate',
      'PerformedProcedureStepStartTime', 'PerformedProcedureStepID', 'PerformedProcedureStepDescription',
    ],
    says: 'The order and the performed step are the source\'s; none is invented.',
  },
  { id: 'D-34', action: 'KEEP', attributes: ['IrradiationEventUID', 'CTDIvol'], says: 'The irradiation is the same, with all its dose attributes.' },
  {
    id: 'D-28', action: 'KEEP',
    attributes: [
      'PatientIdentityRemoved', 'DeidentificationMethod', 'DeidentificationMethodCodeSequence', 'RecognizableVisualFeatures',
      'LongitudinalTemporalInformationModified',
    ],
    says: 'concord does not de-identify and claims nothing of the kind.',
  },
  { id: 'D-40', action: 'KEEP', attributes: ['OriginalAttributesSequence'], says: 'Nothing is corrected in place, so nothing is added.' },
];

function creationElements({ source, series }: InstanceFacts): Element[] {
  const { date, time } = instantAt(series.provenance.createdAt, textOf(source, tags.TimezoneOffsetFromUTC));
  return [
    textElement(tags.InstanceCreationDate, 'DA', date),
    textElement(tags.InstanceCreationTime, 'TM', time),
    textElement(tags.InstanceCreatorUID, 'UI', IMPLEMENTATION_CLASS_UID),
    textElement(tags.ContentDate, 'DA', date),
    textElement(tags.ContentTime, 'TM', time),
    textElement(tags.SeriesDate, 'DA', date),
    textElement(tags.SeriesTime, 'TM', time),
  ];
}
