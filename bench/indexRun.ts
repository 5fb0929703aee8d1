/** `npm run bench:index -- TREE [--json]`. */
import { runIndexBench } from './index';

process.exitCode = runIndexBench(process.argv.slice(2));
