import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { programName } from './input.ts';

const say = (hint: string): Program =>
  function* (process) {
    yield* writeText(process.stderr, `${programName(process)}: full-screen programs do not run in this terminal. ${hint}\n`);
    return 1;
  };

/** Programs that take over the screen: they are there to say what to do instead. */
export const editor = say("Edit the file in a manifest cell, or write it with `cat > FILE <<'EOF'`.");
export const top = say('Use `kubectl top`, `ps` or `watch ps`.');
