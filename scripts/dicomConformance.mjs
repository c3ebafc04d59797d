// docs/reference/dicom-conformance.md: a conformance statement in the order of PS3.2, made of the tables that reading and
// writing work by. test/formats/dicomWrite/statement.test.ts compares it with them.

const ACTION_ORDER = ['SET', 'RECOMPUTE', 'KEEP', 'DROP'];
const HEADINGS = {
  SET: 'Set', RECOMPUTE: 'Computed anew', KEEP: 'Kept', DROP: 'Dropped',
};

export function renderConformance({ ruleTable, tags, droppedGroups, codes, transferSyntaxes, implementation }) {
  const hex = (tag) => tag.toString(16).toUpperCase().padStart(8, '0');
  const attribute = (keyword) => `${keyword} (${hex(tags[keyword]).slice(0, 4)},${hex(tags[keyword]).slice(4)})`;
  const rules = (action) => ruleTable.filter((rule) => rule.action === action)
    .map(({ attributes, says }) => [attributes.map(attribute).join('<br>'), cell(says)]);
  return [
    '# DICOM conformance statement',
    '<!-- Made by scripts/dicomConformance.mjs from src/formats/dicom; edit the tables there, not this page. -->',
    'For research use only. Not for use in diagnostic procedures. In the order of PS3.2; it describes files, as concord opens no DICOM association here.',
    '## 1. Overview',
    'concord reads CT and MR series from files and writes each harmonized series as a new series of the same study: one derived instance for each source instance, of the same SOP class, at the same place. Source files are never changed.',
    '## 2. SOP classes',
    table(['SOP class', 'UID', 'read', 'written'], [
      ['CT Image Storage', '1.2.840.10008.5.1.4.1.1.2', 'yes', 'yes'],
      ['MR Image Storage', '1.2.840.10008.5.1.4.1.1.4', 'yes', 'yes'],
    ]),
    'Other image classes are refused or passed over with a code ([issues.md](issues.md)): enhanced CT and MR, secondary capture, segmentations, presentation states, reports. CT and MR never become secondary captures.',
    '## 3. Transfer syntaxes',
    'Written: Explicit VR Little Endian, 1.2.840.10008.1.2.1. Read:',
    table(['transfer syntax', 'UID'], Object.entries(transferSyntaxes).map(([uid, { name }]) => [name, uid])),
    '## 4. Media and file meta information',
    `Files follow PS3.10. The preamble is 128 zero bytes. ImplementationClassUID is ${implementation.IMPLEMENTATION_CLASS_UID}, ImplementationVersionName \`${implementation.IMPLEMENTATION_NAME}_<version>\`. Application entity titles and private information of the source's meta group are not repeated.`,
    '## 5. Attributes of a harmonized instance',
    'What the tables do not name is kept byte for byte, numbers written as text and the character set included. Implicit VR and big-endian sources are rewritten in explicit little endian; the values stay.',
    ...ACTION_ORDER.flatMap((action) => [
      `### ${HEADINGS[action]}`,
      table(['attributes', 'rule'], [...rules(action), ...(action === 'DROP' ? droppedGroups.map(({ groups, says }) => [groups, cell(says)]) : [])]),
    ]),
    '## 6. Private codes and defined terms',
    `ImageType value 4 is \`${implementation.HARMONIZED}\`: the pixels were brought to the appearance of a reference style. Value 3 is the source's. concord defines no private attributes. Its coding scheme is \`${implementation.CODING_SCHEME}\` ("${implementation.CODING_SCHEME_NAME}"):`,
    table(['code', 'scheme', 'meaning', 'used in'], [
      [codes.harmonization, 'DerivationCodeSequence'], [codes.sourceForProcessing, 'SourceImageSequence'],
      [codes.acquisitionEquipment, 'ContributingEquipmentSequence'], [codes.processingEquipment, 'ContributingEquipmentSequence'],
      [codes.synthesizingEquipment, 'ContributingEquipmentSequence'],
    ].map(([{ value, scheme, meaning }, where]) => [value, scheme, meaning, where])),
    '## 7. Identifiers',
    'New UIDs have the form `2.25.<decimal of a UUID>`. The UUID is taken from the SHA-256 of the source UID, the model\'s and the run\'s hashes, the seed, the writer\'s version and the written pixels: the same run gives the same UIDs and, under `SOURCE_DATE_EPOCH`, the same bytes; any other run gives others. With `--uid-key` the hash is an HMAC, and nobody without the key can tell which source a UID belongs to.',
    '## 8. Character sets',
    'SpecificCharacterSet and all text stay as they are in the source; no text is decoded and encoded again. What concord adds is plain ASCII, which every character set of DICOM contains.',
    '## 9. Security',
    'concord does not de-identify: patient, study and their identifiers are the source\'s. De-identify first, then harmonize. Files are readable by their owner alone. File and folder names are hashes and numbers.',
    '## 10. Checked with',
    '`dciodvfy -new` (no error that the source does not have; SyntheticData (0008,001C) is younger than the validator), `dcentvfy`, dcm2niix, pydicom, highdicom, and Orthanc over DICOMweb and DIMSE: test/formats/dicomWrite and test/services.',
  ].join('\n\n') + '\n';
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
