import { FileError, type FileSystem } from '../../os/process.ts';
import type { FileAnswer, FileCall } from './frames.ts';

/** Does to files what the other side of a copy asks for. */
export function doFileCall(files: FileSystem, { call, path, mode }: FileCall, body: Uint8Array): { answer: FileAnswer; body: Uint8Array } {
  const told = (answer: FileAnswer, content: Uint8Array = new Uint8Array()): { answer: FileAnswer; body: Uint8Array } => ({
    answer,
    body: content,
  });
  try {
    switch (call) {
      case 'stat': {
        const found = files.stat(path);
        return told({ directory: found.type === 'directory', mode: found.mode });
      }
      case 'list':
        return told({ names: files.list(path) });
      case 'read':
        return told({}, files.read(path));
      case 'write':
        files.write(path, body, mode === undefined ? {} : { mode });
        return told({});
      case 'mkdir':
        files.makeDirectory(path, { parents: true });
        return told({});
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return told({ error: error.message });
  }
}
