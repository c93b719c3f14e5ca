import type { Selection } from 'd3';
import type { SceneObject } from '../../scenes/scene.ts';
import type { Box } from './layout.ts';

export interface DrawOptions {
  /** Pixels that the drawing may be wide. */
  width: number;
  /** Step from state to state without movement. */
  still: boolean;
  picked: { kind: string; name: string; namespace?: string } | undefined;
  onPick: (object: Pick<SceneObject, 'ref'>) => void;
  /** A node of a large cluster was picked by its cell in a zone. */
  onCell: (place: string, cell: number) => void;
}

export type Group = Selection<SVGGElement, unknown, null, undefined>;

export function size(rect: Sized, box: Box | undefined): void {
  rect.attr('width', box?.width ?? 0);
  rect.attr('height', box?.height ?? 0);
}

/** Anything with attributes: a rectangle of whatever data. */
interface Sized {
  attr(name: string, value: number): unknown;
}

export function middle(box: Box | undefined): { x: number; y: number } {
  return box === undefined ? { x: 0, y: 0 } : { x: box.x + box.width / 2, y: box.y + Math.min(box.height * 0.78, 54) };
}

export function at(box: Box | undefined): string {
  return `translate(${box?.x ?? 0},${box?.y ?? 0})`;
}

/** Shortens a text to `room` characters; a name loses its middle, since its owner stands at one end and what tells it apart at the other. */
export function cut(text: string, room: number, name = false): string {
  if (text.length <= room) return text;
  if (room < 2) return '';
  const tail = Math.min(5, room - 1);
  return name ? `${text.slice(0, room - 1 - tail)}…${text.slice(-tail)}` : `${text.slice(0, room - 1)}…`;
}
