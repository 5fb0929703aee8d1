/** The pipeline as workers and the command line use it. It lives in `ide`, the layer that may see the whole core. */
export { createPipeline } from '../ide/pipeline';
export type * from '../ide/pipeline';
