// The screen of the VGA as text: its characters are those of code page 437.
import type { Vga } from '../devices/vga.ts';

const SCREEN = 0xb_8000;
const WINDOW = 0x8000;
export const SCREEN_COLUMNS = 80;
export const SCREEN_LINES = 25;

// prettier-ignore
const LOW = ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const HIGH =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

export interface ScreenText {
  /** 25 lines, without the blanks at their ends. */
  readonly lines: readonly string[];
  /** Undefined: it is switched off or outside the screen. */
  readonly cursor: { readonly line: number; readonly column: number } | undefined;
}

export function screenText(ram: Uint8Array, vga: Vga): ScreenText {
  const lines = Array.from({ length: SCREEN_LINES }, (_, line) => {
    const first = vga.start + line * vga.lineLength;
    const cells = Array.from(
      { length: SCREEN_COLUMNS },
      (__, column) => ram[SCREEN + (((first + column) * 2) & (WINDOW - 1))],
    );
    return cells.map(character).join('').trimEnd();
  });
  const place = vga.cursor - vga.start;
  const line = Math.floor(place / vga.lineLength);
  const isOn = vga.cursorVisible && line >= 0 && line < SCREEN_LINES;
  return { lines, cursor: isOn ? { line, column: place % vga.lineLength } : undefined };
}

function character(code: number): string {
  if (code < 0x20) {
    return LOW[code];
  }
  return code === 0x7f ? '⌂' : code < 0x80 ? String.fromCharCode(code) : HIGH[code - 0x80];
}
