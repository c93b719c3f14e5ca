import type { Json, JsonObject } from '../../api/meta.ts';

/**
 * A set of paths into an object, as structured-merge-diff keeps it: per level the elements that are members, and sets
 * below elements. An element is its text in `fieldsV1`: `f:name` a field, `k:{"name":"web"}` a list's item by its keys,
 * `v:"x"` a value of a set. A set is not changed once it has been handed out.
 */
export class FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();

  get empty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.empty) return false;
    return true;
  }

  /** For building only. */
  insert(path: readonly string[]): void {
    if (path.length === 0) return;
    let at = this as FieldSet;
    for (let i = 0; i < path.length - 1; i++) {
      const step = path[i] as string;
      let next = at.children.get(step);
      if (next === undefined) at.children.set(step, (next = new FieldSet()));
      at = next;
    }
    at.members.add(path.at(-1) as string);
  }

  union(other: FieldSet): FieldSet {
    if (other.members.size === 0 && other.children.size === 0) return this;
    if (this.members.size === 0 && this.children.size === 0) return other;
    const out = new FieldSet();
    for (const member of this.members) out.members.add(member);
    for (const member of other.members) out.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      out.children.set(step, theirs === undefined ? child : child.union(theirs));
    }
    for (const [step, child] of other.children) if (!this.children.has(step)) out.children.set(step, child);
    return out;
  }

  /** What is here and not there; a path that is there takes nothing below it away. */
  difference(other: FieldSet): FieldSet {
    if (other.members.size === 0 && other.children.size === 0) return this;
    const out = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) out.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      const rest = theirs === undefined ? child : child.difference(theirs);
      if (!rest.empty) out.children.set(step, rest);
    }
    return out;
  }

  intersection(other: FieldSet): FieldSet {
    const out = new FieldSet();
    for (const member of this.members) if (other.members.has(member)) out.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      if (theirs === undefined) continue;
      const both = child.intersection(theirs);
      if (!both.empty) out.children.set(step, both);
    }
    return out;
  }

  /** Without a field of the top and all below it. */
  withoutField(name: string): FieldSet {
    const step = `f:${name}`;
    if (!this.members.has(step) && !this.children.has(step)) return this;
    const out = new FieldSet();
    for (const member of this.members) if (member !== step) out.members.add(member);
    for (const [other, child] of this.children) if (other !== step) out.children.set(other, child);
    return out;
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).empty && other.difference(this).empty;
  }

  /** Every path, in upstream's order. */
  *paths(): Generator<string[]> {
    const steps = new Set([...this.members, ...this.children.keys()]);
    for (const step of [...steps].sort(compareSteps)) {
      if (this.members.has(step)) yield [step];
      const child = this.children.get(step);
      if (child !== undefined) for (const path of child.paths()) yield [step, ...path];
    }
  }

  /** `fieldsV1`. */
  toJson(): JsonObject {
    const out: JsonObject = {};
    const steps = new Set([...this.members, ...this.children.keys()]);
    for (const step of [...steps].sort(compareSteps)) {
      const child = this.children.get(step);
      if (child === undefined || child.empty) {
        if (this.members.has(step)) out[step] = {};
      } else out[step] = this.members.has(step) ? { '.': {}, ...child.toJson() } : child.toJson();
    }
    return out;
  }

  static fromJson(json: Json | undefined): FieldSet {
    const out = new FieldSet();
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return out;
    for (const [step, below] of Object.entries(json)) {
      if (step === '.') continue;
      const child = FieldSet.fromJson(below);
      const leaf = child.members.size === 0 && child.children.size === 0;
      if (leaf || (typeof below === 'object' && below !== null && '.' in below)) out.members.add(step);
      if (!leaf) out.children.set(step, child);
    }
    return out;
  }
}

/** `.spec.containers[name="web"].image`: how messages write a path. */
export function pathText(path: readonly string[]): string {
  return path.map(stepText).join('');
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  const shown = Object.entries(keys).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${shown.join(',')}]`;
}

const RANK: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

function compareSteps(a: string, b: string): number {
  const rank = (RANK[a[0] as string] ?? 4) - (RANK[b[0] as string] ?? 4);
  if (rank !== 0) return rank;
  if (a[0] === 'k' || a[0] === 'v') return compareValues(JSON.parse(a.slice(2)) as Json, JSON.parse(b.slice(2)) as Json);
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareValues(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && !Array.isArray(a) && !Array.isArray(b)) {
    const [left, right] = [Object.entries(a), Object.entries(b)];
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const [[leftName, leftValue], [rightName, rightValue]] = [left[i] as [string, Json], right[i] as [string, Json]];
      if (leftName !== rightName) return leftName < rightName ? -1 : 1;
      const order = compareValues(leftValue, rightValue);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
