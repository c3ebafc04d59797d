/** The tables of src/formats/dicom that the statement is made of. */
export function renderConformance(tables: Readonly<Record<string, unknown>>): string;
