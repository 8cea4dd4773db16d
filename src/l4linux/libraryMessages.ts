// What a process's message to the Linux server is about, by its first word: a system call, an exception that the
// emulation library reports, or the library's own business (guest/lib/emulation/layout.h has the numbers).
import { systemCallName } from './systemCallNames.ts';

const FIRST_LIBRARY_MESSAGE = 0xfffffe00;
const FIRST_EXCEPTION = 0xffffff00;
const LIBRARY_MESSAGES = ['the signal thread is ready', 'the main thread has stopped'];

/** "write", "exception 13", "the signal thread is ready". */
export function messageName(word: number): string {
  if (word >= FIRST_EXCEPTION) {
    return `exception ${word - FIRST_EXCEPTION}`;
  }
  return LIBRARY_MESSAGES[word - FIRST_LIBRARY_MESSAGE] ?? systemCallName(word);
}
