// The names of the files in a ZIP archive, from its central directory (PKWARE APPNOTE, sections 4.3.12 and 4.3.16).
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;

export function zipNames(archive: Buffer): string[] {
  let end = archive.length - END_LENGTH;
  while (archive.readUInt32LE(end) !== END_OF_DIRECTORY) {
    end -= 1;
  }
  const names: string[] = [];
  let at = archive.readUInt32LE(end + 16);
  while (archive.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const nameLength = archive.readUInt16LE(at + 28);
    names.push(archive.toString('utf8', at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength));
    at += ENTRY_LENGTH + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return names;
}
