/** Mean over classes of the share of its own members predicted as it: chance is 1/classes whatever the sizes. NaN if a class is empty. */
export function balancedAccuracy(labels: ArrayLike<number>, correct: ArrayLike<number>, classes: number, rows?: Int32Array): number {
  const right = new Float64Array(classes);
  const members = new Float64Array(classes);
  const count = rows?.length ?? labels.length;
  for (let n = 0; n < count; n++) {
    const row = rows === undefined ? n : rows[n]!;
    right[labels[row]!]! += correct[row]!;
    members[labels[row]!]! += 1;
  }
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += right[c]! / members[c]!;
  return sum / classes;
}
