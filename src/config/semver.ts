const SEMVER = /^(\d+)\.(\d+)\.(\d+)$/;

/** The newest of the names that are semantic versions; other names are passed over. */
export function newestVersion(names: readonly string[]): string | undefined {
  return names.filter((name) => SEMVER.test(name)).sort(compareVersions).at(-1);
}

export function compareVersions(a: string, b: string): number {
  const difference = numbersOf(a).map((n, i) => n - numbersOf(b)[i]!);
  return difference.find((d) => d !== 0) ?? 0;
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}
