/** A moment as DICOM writes it. */
export type Instant = Readonly<{
  date: string;
  time: string;
  /** VR DT, with its offset from UTC. */
  dateTime: string;
}>;

const MINUTE_MS = 60_000;

/**
 * A moment on the clock of a data set: where the source states its offset from UTC, all its dates and times are local to
 * it (PS3.3 C.12.1.1.8), and so are those that are added. Otherwise the clock is UTC's: the machine's zone shapes no byte.
 *
 * @param timezone value of TimezoneOffsetFromUTC, `+0100`; empty where absent
 */
export function instantAt(milliseconds: number, timezone: string): Instant {
  const offset = /^([+-])(\d{2})(\d{2})$/.exec(timezone);
  const minutes = offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (60 * Number(offset[2]) + Number(offset[3]));
  const digits = new Date(milliseconds + minutes * MINUTE_MS).toISOString().replace(/\D/g, '');
  const [date, time] = [digits.slice(0, 8), digits.slice(8, 14)];
  return { date, time, dateTime: `${date}${time}${offset === null ? '+0000' : timezone}` };
}
