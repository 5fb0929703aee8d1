/** All operations by name: the rows of the objects' files, together. */
import { operations, type OperationName } from '../ir/operations';
import { contextHandlers } from './context';
import type { Handler } from './handler';
import { completionHandlers } from './completion';
import { kthreadHandlers } from './kthread';
import { rwlockHandlers } from './rwlock';
import { semaphoreHandlers } from './semaphore';
import { seqcountHandlers } from './seqcount';
import { waitHandlers } from './wait';
import { workHandlers } from './work';
import { lockHandlers } from './locks';
import { rcuHandlers } from './rcu';

const handlers: Readonly<Record<string, Handler>> = {
  ...contextHandlers,
  ...rcuHandlers,
  ...lockHandlers,
  ...rwlockHandlers,
  ...semaphoreHandlers,
  ...seqcountHandlers,
  ...waitHandlers,
  ...completionHandlers,
  ...workHandlers,
  ...kthreadHandlers,
};

export function handlerOf(name: string): Handler {
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (!handler) throw new Error(`internal: operation '${name}' has no handler`);
  return handler;
}

/** Operations of the ir that the engine cannot do; empty. */
export function missingHandlers(): readonly OperationName[] {
  return [...operations.keys()].filter(n => !Object.hasOwn(handlers, n)) as OperationName[];
}
