// Dates and times of day, in UTC, as seconds since 1970 and back from text. The simulator reads no
// clock, so it counts days itself (the Gregorian calendar, no leap seconds).

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)Z?$/;
export const MONTHS: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(
  " ",
);

/** Seconds since 1970 of "2026-11-23T02:43:24Z"; undefined when there is no such moment. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  const inRange = year >= 1970 && month >= 1 && month <= 12 && day >= 1;
  if (!inRange || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  return epochOf(year, month, day) + hour * 3600 + minute * 60 + second;
}

/** Seconds since 1970 at the beginning of a day. */
export function epochOf(year: number, month: number, day: number): number {
  // A year that begins in March ends with its leap day.
  const shifted = month > 2 ? year : year - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const DAYS_TO_1970 = 719_468;
  return (shifted * 365 + leapDays + dayOfYear - DAYS_TO_1970) * 86_400;
}

function daysIn(year: number, month: number): number {
  const next = month === 12 ? epochOf(year + 1, 1, 1) : epochOf(year, month + 1, 1);
  return (next - epochOf(year, month, 1)) / 86_400;
}

/** "2026-11-23T02:43:24Z" of seconds since 1970. */
export function formatInstant(epoch: number): string {
  const { year, month, day } = dateOf(Math.floor(epoch / 86_400));
  const time = ((epoch % 86_400) + 86_400) % 86_400;
  const clock = [Math.floor(time / 3600), Math.floor(time / 60) % 60, Math.floor(time) % 60];
  return `${year}-${pad(month)}-${pad(day)}T${clock.map(pad).join(":")}Z`;
}

/** The date of a day counted from 1970-01-01. */
function dateOf(days: number): { year: number; month: number; day: number } {
  let year = 1970 + Math.floor(days / 365.2425);
  while (epochOf(year + 1, 1, 1) / 86_400 <= days) year++;
  while (epochOf(year, 1, 1) / 86_400 > days) year--;
  let month = 12;
  while (epochOf(year, month, 1) / 86_400 > days) month--;
  return { year, month, day: days - epochOf(year, month, 1) / 86_400 + 1 };
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
