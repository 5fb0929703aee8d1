/** Free play as the panel shows it: on the run that is kept, from its start or from any step of its schedule. */
import type { CancelToken } from '../base/cancel';
import { createExploration, type Search } from '../engine/explore';
import { defaultOptions, type Options } from '../engine/options';
import { createPlayer, type Play, type PlayEnd, type Player } from '../engine/play';
import type { Told, ViewPlay } from '../protocol/examined';
import type { ViewVerdict } from '../protocol/view';
import type { Work } from './examination';
import { outcomeOf, traceView } from './replay';
import type { Subject } from './subject';

export interface PlayQuestion {
  readonly choices: readonly string[];
  /** Rows of the shown trace to begin behind. */
  readonly at?: number;
}

/** Work that can be asked for what it has. */
export interface PlayWork extends Work<Told<ViewPlay>> {
  stop(): Told<ViewPlay>;
}

/** Players by their search: what one play finds out, the next one knows. */
export type Players = WeakMap<Search, Player>;

/** What is on show of a run's play: for what is asked about its moments. */
const lastPlays = new WeakMap<Subject, Play>();

export function lastPlay(subject: Subject): Play | undefined {
  return lastPlays.get(subject);
}

export function beginPlay(
  subject: Subject,
  { choices, at = 0 }: PlayQuestion,
  players: Players,
  cancel: CancelToken,
  progress: () => 'go' | 'time' | 'cancelled',
): PlayWork {
  const { program, report } = subject;
  const { schedule } = report;
  const begin = (search: Search): ReturnType<Player['play']> => {
    let player = players.get(search);
    if (!player) {
      player = createPlayer(program, search);
      players.set(search, player);
    }
    return player.play({
      choices,
      ...(at > 0 && schedule !== undefined ? { from: { schedule, rows: at } } : {}),
    });
  };
  const told = (play: Play | { readonly problem: string }): Told<ViewPlay> => {
    if ('problem' in play) return { cannotTell: play.problem };
    lastPlays.set(subject, play);
    return playView(subject, play, choices, at);
  };
  let playing = subject.search && begin(subject.search);
  const options: Options = { ...defaultOptions, ...subject.options, progress };
  const again = playing ? undefined : createExploration(program, options, cancel);
  return {
    run(states) {
      if (playing) {
        const play = playing.run(states);
        return play === 'more' ? 'more' : told(play);
      }
      const search = again?.run(states) ?? 'more';
      if (search === 'more') return 'more';
      subject.remember(search);
      playing = begin(search);
      return 'more';
    },
    stop: () => (playing ? told(playing.stop()) : { cannotTell: 'the states are not explored yet' }),
  };
}

function playView(subject: Subject, play: Play, path: readonly string[], at: number): ViewPlay {
  const { report } = subject;
  const place = (span: Parameters<Subject['place']>[0]): ReturnType<Subject['place']> => subject.place(span);
  const end = ({ kind, message, span }: PlayEnd): ViewVerdict => ({
    outcome: outcomeOf(kind),
    kind,
    message,
    ...(span ? { place: place(span) } : {}),
  });
  // Which of the two a stuck state is, is told when it is there.
  const kinds = play.kinds.map(kind =>
    kind === 'hang' && report.verdict.kind === 'deadlock' ? 'deadlock' : kind,
  );
  return {
    path,
    at,
    trace: traceView(play.trace, place),
    here: play.here,
    past: play.past,
    rows: play.rows,
    kinds,
    choices: play.choices.map(({ span, ends, ...choice }) => ({
      ...choice,
      ...(span ? { place: place(span) } : {}),
      ...(ends ? { ends: end(ends) } : {}),
    })),
    waiting: play.waiting,
    schedule: play.schedule,
    ...(play.ended ? { ended: end(play.ended) } : {}),
    ...(play.because === undefined ? {} : { because: play.because }),
  };
}
