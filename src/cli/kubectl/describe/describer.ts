import type { Task } from '../../../engine/os/task.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import type { Lines } from './lines.ts';

/** Writes all but the events of one object. */
export type Describer = (session: Session, info: Info) => Task<Lines>;
