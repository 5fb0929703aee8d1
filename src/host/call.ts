import type { WorkerProgress } from '../protocol/worker';

/** What a long call needs of its caller. */
export interface Call {
  readonly cancelled: boolean;
  /** The caller asks again on `again`, when all who waited had their turn; absent: a call does all its work at once. */
  readonly asksAgain?: true;
  onProgress(progress: WorkerProgress): void;
}
