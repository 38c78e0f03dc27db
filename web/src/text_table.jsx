// SPDX-License-Identifier: MIT
// Tables of texts, and what two reports put into them.

/** A table of texts, row by row. */
export function TextTable({ className, columns, rows }) {
  return (
    <table className={className}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Columns and rows for the parameters of a statement that was explained. */
export function parameterTable(parameters) {
  return {
    columns: ['', 'Value', 'Type', 'Argument'],
    rows: parameters.map(({ value, type, argument }, index) => [
      `$${index + 1}`,
      value ?? 'NULL',
      type,
      argument,
    ]),
  };
}

/** Columns and rows for where fields get their values. */
export function sourceTable(sources) {
  return {
    columns: ['Field', 'Source', 'Reason'],
    rows: sources.map(({ path, source, reason }) => [path, source, reason]),
  };
}
