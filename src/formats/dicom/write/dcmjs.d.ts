declare module 'dcmjs' {
  const dcmjs: {
    data: { DicomMetaDictionary: { dictionary: Readonly<Record<string, Readonly<{ vr: string; name: string }> | undefined>> } };
  };
  export default dcmjs;
}
