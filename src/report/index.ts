/** Words and files made of a result. Pure: a report in, text out. */
export { lanes, type LanePart, type LanesOptions } from './lanes';
export { transcript, type Locate } from './transcript';
export { count, effort, meanings, nextSteps, summarize, verdictTitle } from './summary';
