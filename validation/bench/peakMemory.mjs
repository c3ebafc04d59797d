// Peak resident memory of this process, and of one stage of it where the system can tell.
import { readFileSync, writeFileSync } from 'node:fs';

/** Peak since the last reset, in MiB; since the start of the process where a reset is not possible. */
export function peakMemory() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** Linux lowers the high-water mark to what is held now; elsewhere stages show the peak so far. */
export function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}
