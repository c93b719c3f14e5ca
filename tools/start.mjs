// `npm start`: sets up what is missing, builds, serves the built site and prints its address.
import { ensureInstalled, run } from './setup.mjs';

ensureInstalled();
const built = run('npm', ['run', '--silent', 'build']);
if (built !== 0) process.exit(built);
console.log('\nServing the built site. Open the address below; stop with Ctrl-C.');
process.exit(run('astro', ['preview', ...process.argv.slice(2)]));
