// The date and time registers of the MC146818 (data sheet, table 2) and the century byte of the PC/AT: a date as
// register values, and back.

export interface DateFormat {
  /** Binary, or binary-coded decimal. */
  readonly binary: boolean;
  readonly hours24: boolean;
}

/** An alarm byte from here on matches everything. */
export const ALARM_DONT_CARE = 0xc0;
const CENTURY = 0x32;
const HOURS = 4;
const AFTERNOON = 0x80;

/** The registers that make a date, in the order in which they are to be set. */
export const DATE_REGISTERS: readonly number[] = [CENTURY, 9, 8, 7, 6, HOURS, 2, 0];

/** Undefined if the register is none of a date. */
export function readField(date: Date, index: number, format: DateFormat): number | undefined {
  const value = field(date, index);
  if (value === undefined) {
    return undefined;
  }
  if (index === HOURS && !format.hours24) {
    const hour = value % 12 === 0 ? 12 : value % 12;
    return encode(hour, format) | (value >= 12 ? AFTERNOON : 0);
  }
  return encode(value, format);
}

function field(date: Date, index: number): number | undefined {
  switch (index) {
    case 0:
      return date.getUTCSeconds();
    case 2:
      return date.getUTCMinutes();
    case HOURS:
      return date.getUTCHours();
    case 6:
      return date.getUTCDay() + 1;
    case 7:
      return date.getUTCDate();
    case 8:
      return date.getUTCMonth() + 1;
    case 9:
      return date.getUTCFullYear() % 100;
    case CENTURY:
      return Math.floor(date.getUTCFullYear() / 100);
    default:
      return undefined;
  }
}

/** The date with one register written, in seconds since 1970; undefined if the register is none of a date. */
export function setField(
  date: Date,
  index: number,
  code: number,
  format: DateFormat,
): number | undefined {
  const changed = new Date(date);
  const value = decode(index === HOURS && !format.hours24 ? code & ~AFTERNOON : code, format);
  const year = date.getUTCFullYear();
  switch (index) {
    case 0:
      changed.setUTCSeconds(value);
      break;
    case 2:
      changed.setUTCMinutes(value);
      break;
    case HOURS: {
      const afternoon = (code & AFTERNOON) !== 0 ? 12 : 0;
      changed.setUTCHours(format.hours24 ? value : (value % 12) + afternoon);
      break;
    }
    case 6:
      break; // the day of the week follows from the date
    case 7:
      changed.setUTCDate(value);
      break;
    case 8:
      changed.setUTCMonth(value - 1);
      break;
    case 9:
      changed.setUTCFullYear(year - (year % 100) + value);
      break;
    case CENTURY:
      changed.setUTCFullYear((year % 100) + value * 100);
      break;
    default:
      return undefined;
  }
  return Math.floor(changed.getTime() / 1000);
}

/** The date that the bytes of a clock that stood still make, in seconds since 1970. */
export function dateOfBytes(bytes: Uint8Array, format: DateFormat): number {
  return DATE_REGISTERS.reduce(
    (seconds, index) => setField(new Date(seconds * 1000), index, bytes[index], format) ?? seconds,
    0,
  );
}

function encode(value: number, { binary }: DateFormat): number {
  return binary ? value : (Math.floor(value / 10) << 4) | (value % 10);
}

function decode(code: number, { binary }: DateFormat): number {
  return binary ? code : (code >> 4) * 10 + (code & 15);
}
