// How the views write the size of a page.

/** "4 KB" or "4 MB". */
export function pageSizeText(bytes: number): string {
  return bytes < 0x100000 ? `${bytes >>> 10} KB` : `${bytes >>> 20} MB`;
}
