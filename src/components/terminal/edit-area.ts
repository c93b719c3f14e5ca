import { layOut } from './width.ts';

export interface Screen {
  write(text: string): void;
  columns(): number;
}

/** The rows of the screen that are being edited: draws them, and knows where the cursor stands in them. */
export class EditArea {
  #drawn = false;
  #cursorRow = 0;

  constructor(readonly screen: Screen) {}

  get drawn(): boolean {
    return this.#drawn;
  }

  draw(text: string, beforeCursor: string): void {
    const columns = Math.max(2, this.screen.columns());
    const end = settle(layOut(text, columns), columns);
    const cursor = settle(layOut(beforeCursor, columns), columns);
    // A full last row leaves the cursor hanging behind it; a space and a return bring it down.
    const wrap = end.column === 0 && end.row > 0 ? ' \r' : '';
    const up = end.row > cursor.row ? `\x1b[${end.row - cursor.row}A` : '';
    const right = cursor.column > 0 ? `\x1b[${cursor.column}C` : '';
    this.screen.write(`${this.#start()}${text}${wrap}${up}\r${right}`);
    this.#drawn = true;
    this.#cursorRow = cursor.row;
  }

  /** Adds at the end, where the cursor is, when that changes nothing else. False when the area must be drawn anew. */
  append(text: string, added: string): boolean {
    const columns = Math.max(2, this.screen.columns());
    const before = layOut(text.slice(0, text.length - added.length), columns);
    const after = layOut(text, columns);
    if (!this.#drawn || after.row !== before.row || after.column >= columns) return false;
    this.screen.write(added);
    return true;
  }

  /** Takes it off the screen; the cursor is where it began. */
  erase(): void {
    if (this.#drawn) this.screen.write(this.#start());
    this.leave();
  }

  /** Leaves it on the screen: what comes next is written behind it. */
  leave(): void {
    this.#drawn = false;
    this.#cursorRow = 0;
  }

  #start(): string {
    return `${this.#cursorRow > 0 ? `\x1b[${this.#cursorRow}A` : ''}\r\x1b[J`;
  }
}

function settle(place: { row: number; column: number }, columns: number): { row: number; column: number } {
  return place.column >= columns ? { row: place.row + 1, column: 0 } : place;
}
