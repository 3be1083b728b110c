// RFC 4180, read for the tests: an array of objects by the first line's names.
export function readCsv(text) {
  const lines = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text);
    lines.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ",") lines.push([]);
  }
  const [names, ...rows] = lines.filter((line) => line.length);
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}
