/** Cooperative cancelling: long calls look at `cancelled` often enough to stop within 100 ms. */
export interface CancelToken {
  readonly cancelled: boolean;
}

/** A token that is never cancelled. */
export const neverCancelled: CancelToken = { cancelled: false };

export interface CancelSource extends CancelToken {
  cancel(): void;
}

export function createCancelSource(): CancelSource {
  let cancelled = false;
  return {
    get cancelled() {
      return cancelled;
    },
    cancel() {
      cancelled = true;
    },
  };
}
