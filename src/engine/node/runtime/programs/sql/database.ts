import { FileError, type FileSystem } from '../../../../os/process.ts';
import { decode, encode } from '../../../../os/text.ts';
import type { ColumnDefinition, Value } from './syntax.ts';

export interface Table {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  rows: Readonly<Record<string, Value>>[];
  /** The next number of its serial column. */
  next: number;
}

/** Databases and their tables, kept as files below a data directory: one a table, so that a volume keeps them. */
export class Databases {
  readonly #databases = new Map<string, Map<string, Table>>();

  constructor(
    readonly files: FileSystem,
    readonly directory: string,
  ) {
    for (const name of list(files, directory)) {
      const tables = new Map<string, Table>();
      for (const file of list(files, `${directory}/${name}`))
        if (file.endsWith('.table')) {
          const table = JSON.parse(decode(files.read(`${directory}/${name}/${file}`))) as Table;
          tables.set(table.name, table);
        }
      this.#databases.set(name, tables);
    }
  }

  get names(): string[] {
    return [...this.#databases.keys()].sort();
  }

  tables(database: string): ReadonlyMap<string, Table> | undefined {
    return this.#databases.get(database);
  }

  create(name: string): void {
    this.files.makeDirectory(`${this.directory}/${name}`, { parents: true });
    this.#databases.set(name, new Map());
  }

  drop(name: string): void {
    this.files.remove(`${this.directory}/${name}`, { recursive: true });
    this.#databases.delete(name);
  }

  /** Writes a table as it is now. */
  save(database: string, table: Table): void {
    this.files.write(this.#path(database, table.name), encode(JSON.stringify(table)));
    this.#databases.get(database)?.set(table.name, table);
  }

  dropTable(database: string, name: string): void {
    this.files.remove(this.#path(database, name));
    this.#databases.get(database)?.delete(name);
  }

  #path(database: string, table: string): string {
    return `${this.directory}/${database}/${table}.table`;
  }
}

function list(files: FileSystem, directory: string): string[] {
  try {
    return files.list(directory);
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}
